import { ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSignatureError, SignatureError } from '@truthound/protocols';
import { type TimestampResult, verifyTimestamp } from '@truthound/signing';
import { tokenOf } from '../../../packages/signing/src/timestamps/timestamp-request.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** What the samples were made for, and when. */
export const STAMPED: Buffer = Buffer.from('stamped');
export const STAMPED_AT: Date = new Date('2026-06-01T00:00:00Z');
/** The root of the authority of the samples. */
export const AUTHORITY_FILE: string = join(import.meta.dirname, '..', 'corpus', 'timestamp-authority.pem');

/** Time-stamp tokens, alone and in an authority's answer. */
export const timestampsTarget: FuzzTarget<TimestampResult> = {
  name: 'timestamps',
  kind: 'der',
  refusals: [SignatureError, InvalidSignatureError],
  parse(input) {
    const roots = [readFileSync(AUTHORITY_FILE, 'utf8')];
    const direct = verifyTimestamp({ token: input, data: STAMPED, roots, now: STAMPED_AT });
    if (direct.isValid) return direct;
    return verifyTimestamp({ token: tokenOf(input), data: STAMPED, roots, now: STAMPED_AT });
  },
  check(result) {
    // No change to a token may alter what a trusted authority attested.
    if (result.isValid) ok(result.time.getTime() === STAMPED_AT.getTime(), result.time.toISOString());
    else ok(result.errors.every((error) => !/undefined|not a function/.test(error.message)));
  },
};
