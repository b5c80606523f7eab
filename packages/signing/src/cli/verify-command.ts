import { TrustLevel, type VerificationResult } from '@truthound/protocols';
import { TrustStoreImpl } from '../trust-store.ts';
import type { VerificationChain } from '../verification/verification-chain.ts';
import { VerificationChainBuilder } from '../verification/verification-chain-builder.ts';
import { type Command, type CommandAnswer, type CommandContext, EXIT_CODES, UsageError } from './command.ts';
import { loadPublicKey, readText } from './key-source.ts';
import { pluginOf } from './sign-commands.ts';

/** Verifies a plugin by a trust store or by public keys. */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'verify a plugin; exits with 1 when it is not valid',
  usage:
    '<plugin> (--store <file> | --public-key <file>…) [--threshold <n>] [--max-age-days <n>]\n    [--tsa-root <file>…] [--require-trusted] [--second-opinion] [--refuse-rollback] [--fresh-revocations]',
  options: {
    store: { type: 'string' },
    'public-key': { type: 'string', multiple: true },
    'tsa-root': { type: 'string', multiple: true },
    threshold: { type: 'string' },
    'max-age-days': { type: 'string' },
    'require-trusted': { type: 'boolean' },
    'second-opinion': { type: 'boolean' },
    'refuse-rollback': { type: 'boolean' },
    'fresh-revocations': { type: 'boolean' },
  },
  async run(context) {
    const pluginPath = pluginOf(context);
    const chain = await chainFor(context);
    return describeResult(await chain.verify({ pluginPath }));
  },
};

async function chainFor(context: CommandContext): Promise<VerificationChain> {
  const { options, now } = context;
  const [storePath, files] = [options.text('store'), options.list('public-key')];
  if (storePath === undefined && files.length === 0)
    throw new UsageError('give --store <file> or --public-key <file>');
  const keys = await Promise.all(files.map(async (file) => (await loadPublicKey(file)).key));
  const authorities = await Promise.all(options.list('tsa-root').map(readText));
  const plain = new VerificationChainBuilder({ now })
    .withIntegrityCheck()
    .withExpirationCheck({ maxAgeDays: options.number('max-age-days') })
    .withSignatureCheck({ keys, secondOpinion: options.flag('second-opinion') })
    .withThreshold(options.number('threshold') ?? 1);
  const basis = authorities.length === 0 ? plain : plain.withTimestampCheck({ roots: authorities });
  if (storePath === undefined) return withoutStore(context, basis);
  const store = new TrustStoreImpl({ persistPath: storePath, now });
  return basis
    .withTrustCheck(store, {
      requiredTrustLevel: options.flag('require-trusted') ? TrustLevel.TRUSTED : TrustLevel.VERIFIED,
      refuseRollback: options.flag('refuse-rollback'),
      requireFreshRevocations: options.flag('fresh-revocations'),
    })
    .withChainCheck(store)
    .build();
}

function withoutStore({ options }: CommandContext, basis: VerificationChainBuilder): VerificationChain {
  const needing = ['require-trusted', 'refuse-rollback', 'fresh-revocations'].find((name) =>
    options.flag(name),
  );
  if (needing !== undefined) throw new UsageError(`--${needing} needs --store <file>`);
  return basis.build();
}

const MARKS = { passed: 'ok  ', failed: 'FAIL', skipped: '-   ' } as const;

function describeResult(result: VerificationResult): CommandAnswer {
  const lines = [`${result.isValid ? 'valid' : 'NOT VALID'} (${result.verdict})`];
  for (const { step, status, detail, expected, seen, remedy } of result.steps) {
    lines.push(`${MARKS[status]} ${step}: ${detail}`);
    if (status !== 'failed') continue;
    if (expected !== undefined && expected !== '') lines.push(`       expected ${expected}`);
    if (seen !== undefined && seen !== '') lines.push(`       seen     ${seen}`);
    if (remedy !== undefined) lines.push(`       to mend it: ${remedy}`);
  }
  for (const { signerId, trustLevel, keyId } of result.signers)
    lines.push(`signer "${signerId}" (${trustLevel}), key ${keyId}`);
  for (const warning of result.warnings) lines.push(`warning: ${warning}`);
  return { lines, data: result, exitCode: result.isValid ? EXIT_CODES.done : EXIT_CODES.notValid };
}
