import { describe, expect, it } from 'vitest';
import { containerDiagnoses, containerRuntimes } from '../support/container-runtimes.ts';

const isRequired = process.env['TRUTHOUND_REQUIRE_CONTAINER'] === '1';
const explained = containerDiagnoses.map(({ detail }) => detail).join('; ');

if (!isRequired && containerRuntimes.length < containerDiagnoses.length)
  console.warn(`The tests of container engines that do not work here are skipped. ${explained}`);

describe.runIf(isRequired)('the container engines that must work here', () => {
  it.each(containerDiagnoses)('$runtime runs containers', (diagnosis) => {
    expect(diagnosis).toMatchObject({ isUsable: true });
  });
});

describe('a diagnosis', () => {
  it.each(containerDiagnoses)('says of $runtime in words what works, or what would help', (diagnosis) => {
    expect(diagnosis.detail).toMatch(
      diagnosis.isUsable ? /^(?:Docker|podman version) \S+ at .+ runs containers of / : /^\w+: .+ \(.+\)$/s,
    );
  });
});
