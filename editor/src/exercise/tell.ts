/** A visible test's result in words: what was expected, what came, a next step; never the solution. */
import type { Language } from '../tokens';
import { explain, type Explanation, type Failure, sayType } from './explain';
import type { Say, Word } from './words';

/** Both sides of a comparison that did not hold, as `candyce_kernel.check` gives them. */
export interface Compared {
  kind: string;
  /** The tested expression. */
  code: string;
  got: string;
  expected: string;
  got_type: string;
  expected_type: string;
  got_length?: number;
  expected_length?: number;
}

export interface TestResult {
  status: 'passed' | 'failed' | 'error' | 'not_run';
  /** The test as it is written. */
  code: string;
  /** What the test's author says when it fails. */
  message?: string;
  compared?: Compared;
  error?: Failure;
}

const ORDER: Record<string, string> = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' };

const SENTENCES: Record<string, Word> = {
  '==': 'shouldGive',
  is: 'shouldGive',
  '!=': 'shouldNotGive',
  'is not': 'shouldNotGive',
  close: 'shouldBeClose',
  true: 'shouldBeTrue',
  false: 'shouldBeFalse',
  in: 'shouldBeIn',
  'not in': 'shouldNotBeIn',
  contains: 'shouldContain',
  'does not contain': 'shouldNotContain',
  type: 'shouldBeType',
  '<': 'shouldBeOrder',
  '<=': 'shouldBeOrder',
  '>': 'shouldBeOrder',
  '>=': 'shouldBeOrder'
};

/** What to say of a test that did not pass. */
export function tell(result: TestResult, say: Say, language: Language): Explanation {
  if (result.status === 'error' && result.error) {
    return explain(result.error, language);
  }
  const { compared } = result;
  if (!compared || !Object.hasOwn(SENTENCES, compared.kind)) {
    return { what: say('didNotHold', { code: result.code }), next: say('nextByHand') };
  }
  const { kind, code, got, expected } = compared;
  const isNothing = compared.got_type === 'NoneType' && compared.expected_type !== 'NoneType';
  const isWanted = ['==', 'close'].includes(kind);
  const word = isNothing && isWanted ? 'givesNothing' : SENTENCES[kind];
  const values = { code, got, expected, sign: ORDER[kind] ?? '', type: sayType(compared.got_type, language) };
  return { what: say(word, values), next: advise(compared, say, language) };
}

function advise(compared: Compared, say: Say, language: Language): string {
  const { kind, got, expected, got_type, expected_type } = compared;
  if (got_type === 'NoneType' && expected_type !== 'NoneType') {
    return say('nextReturn');
  }
  if (!['==', 'close'].includes(kind)) {
    return say('nextByHand');
  }
  const numbers = ['int', 'float'];
  const bothNumbers = numbers.includes(got_type) && numbers.includes(expected_type);
  if (got_type !== expected_type && !bothNumbers) {
    return say('nextType', { got: sayType(got_type, language), expected: sayType(expected_type, language) });
  }
  if (bothNumbers) {
    return say(adviseNumber(Number(got), Number(expected)));
  }
  if (got_type === 'str') {
    if (got.toLowerCase() === expected.toLowerCase()) {
      return say('nextCase');
    }
    if (bare(got) === bare(expected)) {
      return say('nextSpace');
    }
  }
  const { got_length, expected_length } = compared;
  if (got_type !== 'str' && got_length !== undefined && got_length !== expected_length) {
    return say('nextLength', { got: got_length, expected: expected_length ?? 0 });
  }
  return say('nextByHand');
}

function adviseNumber(got: number, expected: number): Word {
  if (got === -expected && got !== 0) {
    return 'nextSign';
  }
  return Math.abs(got - expected) <= 0.01 * Math.abs(expected) ? 'nextRound' : 'nextByHand';
}

/** A text's repr without what is easily overlooked. */
function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/\\[nt]/g, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}
