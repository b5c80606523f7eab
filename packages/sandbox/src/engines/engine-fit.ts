import { IsolationLevel, SandboxError, type SecurityPolicy, compareIsolation } from '@truthound/protocols';

/**
 * Refuses a policy that asks for more isolation than an engine gives.
 * @throws SandboxError unless the policy's enforcement is best-effort
 */
export function assertEngineFits(level: IsolationLevel, policy: SecurityPolicy, pluginId: string): void {
  const isWeaker =
    policy.isolationLevel !== IsolationLevel.WASM && compareIsolation(level, policy.isolationLevel) < 0;
  if (!isWeaker || policy.enforcement !== 'strict') return;
  throw new SandboxError(
    `the policy of plugin "${pluginId}" asks for isolation level "${policy.isolationLevel}", and this engine gives "${level}": ` +
      `use SandboxFactory.create('${policy.isolationLevel}'), or set enforcement: 'best-effort' to run with less`,
    { pluginId },
  );
}
