import { deepStrictEqual, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { AuditLog } from '../../../packages/enterprise/src/observability/audit-log.ts';
import {
  type AuditVerdict,
  verifyAuditLog,
} from '../../../packages/enterprise/src/observability/verify-audit-log.ts';
import { readCorpus } from '../corpus.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { scratchFile } from '../scratch-folder.ts';

const FILE = 'audit.jsonl';

const normalised = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\r\n', '\n').trimEnd();

/** An audit log. Whatever is found intact is the beginning of a log that was really written. */
export const auditLogTarget: FuzzTarget<AuditVerdict> = {
  name: 'audit-log',
  kind: 'json',
  refusals: [],
  parse(input) {
    const file = scratchFile(FILE);
    writeFileSync(file, input);
    return verifyAuditLog(file);
  },
  async check(verdict, input) {
    const file = scratchFile(FILE);
    if (verdict.isIntact && input.length > 0) {
      const text = normalised(input);
      const isKnown = readCorpus('audit-log').some(({ bytes }) => normalised(bytes).startsWith(text));
      ok(isKnown, 'a log that nobody wrote is taken for intact');
    }
    const log = new AuditLog(file);
    try {
      await log.append({ event: 'loaded', pluginId: 'next' });
    } catch (error) {
      ok(String(error).includes('is damaged at its end'), String(error));
      return;
    }
    const after = await verifyAuditLog(file);
    if (verdict.isIntact) deepStrictEqual([after.isIntact, after.entries], [true, verdict.entries + 1]);
    else ok(!after.isIntact, 'an entry that was added mends a broken log');
  },
};
