import type { FuzzTarget } from './fuzz-target.ts';
import { auditLogTarget } from './targets/audit-log.ts';
import { certificateRequestsTarget } from './targets/certificate-requests.ts';
import { certificatesTarget } from './targets/certificates.ts';
import { constraintsTarget } from './targets/constraints.ts';
import { crlsTarget } from './targets/crls.ts';
import { dockerOutputTarget } from './targets/docker-output.ts';
import { framesTarget } from './targets/frames.ts';
import { guestMessagesTarget } from './targets/guest-messages.ts';
import { lockTarget } from './targets/lock.ts';
import { manifestTarget } from './targets/manifest.ts';
import { pacedReaderTarget } from './targets/paced-reader.ts';
import { pkcs12Target } from './targets/pkcs12.ts';
import { plainJsonTarget } from './targets/plain-json.ts';
import { signatureFileTarget } from './targets/signature-file.ts';
import { statementTarget } from './targets/statement.ts';
import { timestampsTarget } from './targets/timestamps.ts';
import {
  keyRotationTarget,
  revocationListTarget,
  signedDocumentTarget,
  trustRootTarget,
} from './targets/trust-documents.ts';
import { trustStoreTarget } from './targets/trust-store.ts';
import { valuesTarget } from './targets/values.ts';
import { versionsTarget } from './targets/versions.ts';

/** All parsers of input that may be hostile. */
export const TARGETS: readonly FuzzTarget[] = [
  framesTarget,
  guestMessagesTarget,
  valuesTarget,
  plainJsonTarget,
  pacedReaderTarget,
  dockerOutputTarget,
  manifestTarget,
  signatureFileTarget,
  statementTarget,
  certificatesTarget,
  crlsTarget,
  certificateRequestsTarget,
  pkcs12Target,
  timestampsTarget,
  versionsTarget,
  constraintsTarget,
  trustStoreTarget,
  revocationListTarget,
  keyRotationTarget,
  trustRootTarget,
  signedDocumentTarget,
  lockTarget,
  auditLogTarget,
];
