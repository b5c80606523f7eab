import { counted } from '../counted.ts';
import { readSignatures } from '../signature-file.ts';
import type { Command } from './command.ts';
import { pluginOf } from './sign-commands.ts';

/** Shows what the signature file claims. */
export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'show what a signature file claims, without verifying it',
  usage: '<plugin>',
  options: {},
  async run(context) {
    const signatures = await readSignatures(pluginOf(context));
    const lines = signatures.flatMap(
      ({ signerId, algorithm, keyId, timestamp, expiresAt, metadata, certificateChain, timestampToken }) => [
        `claims to be by "${signerId}", ${algorithm}, key ${keyId}`,
        `  made ${timestamp.toISOString()}, ${expiresAt === undefined ? 'never expires' : `expires ${expiresAt.toISOString()}`}`,
        `  ${counted(certificateChain.length, 'certificate')}, ${timestampToken === undefined ? 'no' : 'a'} time-stamp, metadata ${JSON.stringify(metadata)}`,
      ],
    );
    const summary = `${counted(signatures.length, 'signature')}, NOT VERIFIED: "verify" does that`;
    const claims = signatures.map(({ signerId, algorithm, keyId, timestamp, expiresAt, metadata }) => ({
      signerId,
      algorithm,
      keyId,
      timestamp,
      expiresAt,
      metadata,
    }));
    return { lines: [summary, ...lines], data: { isVerified: false, claims } };
  },
};
