/**
 * Runs the chain validator over test cases of x509-limbo (C2SP), and reports every disagreement.
 *
 *   node --conditions=@truthound/source tools/conformance/x509-limbo.ts <folder with *.json>
 *
 * The cases are about TLS servers, so they are validated for `serverAuth`; host names are not compared,
 * which is the work of a TLS library. Disagreements that are decisions, not mistakes, are listed in
 * docs/decisions/0028-certificate-chains-are-validated-here.md and in EXPECTED below.
 *
 * @module
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { validateCertificateChain } from '../../packages/signing/src/certificates/validate-certificate-chain.ts';

/** The fields of a case that are used here. */
interface LimboCase {
  readonly id: string;
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly max_chain_depth: number | null;
  readonly expected_result: 'SUCCESS' | 'FAILURE';
}

/** Cases without a time of their own are valid at any time near the present. */
const DEFAULT_TIME = '2026-01-01T00:00:00Z';

const HINT = 'key identifiers help to find an issuer; their absence gives nobody a certificate';

/** Cases that are answered otherwise on purpose, with the reason. */
const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['rfc5280::aki::leaf-missing-aki', HINT],
  ['rfc5280::aki::intermediate-missing-aki', HINT],
  ['rfc5280::ski::root-missing-ski', HINT],
  ['rfc5280::ski::intermediate-missing-ski', HINT],
  [
    'pathlen::validation-ignores-pathlen-in-leaf',
    'the path length is ignored as it should be, but the key of this leaf may only sign certificates',
  ],
]);

function readCases(folder: string): readonly LimboCase[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.flatMap((name) => {
    const parsed = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { testcases: LimboCase[] };
    return parsed.testcases;
  });
}

function judge(limbo: LimboCase): {
  readonly verdict: LimboCase['expected_result'];
  readonly reason: string;
} {
  const { isValid, errors } = validateCertificateChain({
    leaf: limbo.peer_certificate,
    intermediates: limbo.untrusted_intermediates,
    roots: limbo.trusted_certs,
    at: new Date(limbo.validation_time ?? DEFAULT_TIME),
    purpose: 'serverAuth',
    ...(limbo.max_chain_depth === null ? {} : { maxDepth: limbo.max_chain_depth }),
  });
  return {
    verdict: isValid ? 'SUCCESS' : 'FAILURE',
    reason: errors.map(({ message }) => message).join('; '),
  };
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean' } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: x509-limbo.ts <folder with *.json> [--verbose]');
  process.exit(2);
}

const counts = { agreed: 0, debatable: 0, wrong: 0 };
for (const limbo of readCases(folder)) {
  const { verdict, reason } = judge(limbo);
  const debate = EXPECTED.get(limbo.id);
  if (values.verbose === true) console.log(`${verdict} ${limbo.id} ${reason}`);
  if (verdict === limbo.expected_result) {
    counts.agreed++;
    if (debate !== undefined) console.log(`agrees, but is listed as debatable: ${limbo.id}`);
  } else if (debate === undefined) {
    counts.wrong++;
    console.log(`WRONG ${limbo.id}: expected ${limbo.expected_result}, answered ${verdict} ${reason}`);
  } else {
    counts.debatable++;
    console.log(`debatable ${limbo.id}: expected ${limbo.expected_result}, answered ${verdict}: ${debate}`);
  }
}
console.log(JSON.stringify(counts));
process.exitCode = counts.wrong === 0 ? 0 : 1;
