import { expect, it } from 'vitest';
import { diagnoseConstraint } from '../src/diagnose-constraint.ts';
import { diagnoseVersion } from '../src/diagnose-version.ts';

it('says what to write where it finds no fault in a text that was refused', () => {
  expect(diagnoseConstraint('^1.2.3')).toEqual({ reason: 'it is not a range as npm has it', position: 0 });
  expect(diagnoseVersion('1.2.3')).toEqual({ reason: 'write three numbers, such as 1.2.3' });
});
