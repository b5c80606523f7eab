import { type Job, type Permissions, type Step, type Workflow, triggersOf } from './workflow.ts';

/** What one rule looks at. */
interface Subject {
  readonly file: string;
  readonly text: string;
  readonly workflow: Workflow;
}

type Rule = (subject: Subject) => readonly string[];

/** Workflow -> job -> what it may write. Whoever adds a line gives a job a right that an attacker would like. */
const MAY_WRITE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'release.yml': {
    propose: ['contents', 'pull-requests'],
    publish: ['id-token'],
    announce: ['contents'],
  },
  'security.yml': { codeql: ['security-events'] },
};

/** They run with the rights of the repository on what a stranger sent. */
const FORBIDDEN_TRIGGERS = ['pull_request_target', 'workflow_run', 'issue_comment'];

const LONGEST_MINUTES = 90;
const PINNED = /^ *(?:- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

const RULES: readonly Rule[] = [
  function refusesTriggersOfStrangers({ workflow }) {
    return triggersOf(workflow)
      .filter((trigger) => FORBIDDEN_TRIGGERS.includes(trigger))
      .map((trigger) => `is triggered by ${trigger}, which runs with rights on what a stranger sent`);
  },

  function readsByDefault({ workflow: { permissions } }) {
    if (permissions === undefined) return ['has no permissions at its top: jobs would get the default ones'];
    return writesOf(permissions).map((scope) => `lets every job write ${scope}: give it to one job`);
  },

  function writesWhereAllowed({ file, workflow: { jobs } }) {
    return Object.entries(jobs).flatMap(([name, { permissions = {} }]) =>
      writesOf(permissions)
        .filter((scope) => MAY_WRITE[file]?.[name]?.includes(scope) !== true)
        .map((scope) => `lets the job "${name}" write ${scope}, which tools/workflows does not know`),
    );
  },

  function endsInTime({ workflow }) {
    return ownJobs(workflow)
      .filter(([, job]) => !((job['timeout-minutes'] ?? Infinity) <= LONGEST_MINUTES))
      .map(([name]) => `has no timeout of at most ${String(LONGEST_MINUTES)} minutes for the job "${name}"`);
  },

  function replacesItsOwnRuns({ workflow }) {
    const isCalled = triggersOf(workflow).every((trigger) => trigger === 'workflow_call');
    return isCalled || workflow.concurrency !== undefined ? [] : ['has no concurrency group'];
  },

  function leavesNoCredentials({ workflow }) {
    return steps(workflow)
      .filter(([, { uses = '' }]) => uses.startsWith('actions/checkout@'))
      .filter(([, step]) => step.with?.['persist-credentials'] !== false)
      .map(([name]) => `leaves the token in the checkout of the job "${name}": persist-credentials: false`);
  },

  function putsNoExpressionIntoScripts({ workflow }) {
    return steps(workflow)
      .filter(([, { run = '' }]) => run.includes('${{'))
      .map(([name]) => `puts an expression into a script of the job "${name}": hand it over in env`);
  },

  function pinsActions({ text }) {
    return text
      .split('\n')
      .filter((line) => /^ *(?:- )?uses: (?!\.\/)/.test(line) && !PINNED.test(line))
      .map((line) => `has "${line.trim()}": name the full commit, and its version behind it`);
  },

  function keepsCodeFromThePublisher({ workflow: { jobs } }) {
    return Object.entries(jobs)
      .filter(([, { permissions = {} }]) => writesOf(permissions).includes('id-token'))
      .filter(([, { steps = [] }]) => steps.some(runsForeignCode))
      .map(([name]) => `runs code of the repository in the job "${name}", which holds the token to publish`);
  },
];

/** What is wrong with a workflow, each a sentence that begins with the name of its file. */
export function findWorkflowFaults(subject: Subject): readonly string[] {
  return RULES.flatMap((rule) => rule(subject)).map((fault) => `${subject.file} ${fault}`);
}

function writesOf(permissions: Permissions): readonly string[] {
  if (typeof permissions === 'string') return permissions === 'read-all' ? [] : ['everything'];
  return Object.entries(permissions)
    .filter(([, right]) => right === 'write')
    .map(([scope]) => scope);
}

/** A job that calls another workflow has its steps and its timeout there. */
function ownJobs({ jobs }: Workflow): readonly (readonly [name: string, job: Job])[] {
  return Object.entries(jobs).filter(([, { uses }]) => uses === undefined);
}

function steps({ jobs }: Workflow): readonly (readonly [job: string, step: Step])[] {
  return Object.entries(jobs).flatMap(([name, { steps = [] }]) =>
    steps.map((step): readonly [string, Step] => [name, step]),
  );
}

function runsForeignCode({ uses = '', run = '' }: Step): boolean {
  return (
    uses.startsWith('actions/checkout@') ||
    /\bnpm (?:ci|install|i|run|exec|test)\b|\bnpx\b|\bnode\b/.test(run)
  );
}
