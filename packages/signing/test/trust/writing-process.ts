/** Writes to one trust store until it is killed, and says what it has written. Started by trust-file.test.ts. */
import { TrustStoreImpl } from '../../src/index.ts';

const [, , persistPath = '', name = ''] = process.argv;
const store = new TrustStoreImpl({ persistPath });
for (let n = 0; ; n += 1) {
  const signer = `${name}-${String(n)}`;
  await store.setSignerTrust(signer, 'trusted');
  process.stdout.write(`${signer}\n`);
}
