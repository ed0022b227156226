/**
 * Which sentence explains an error: by its class, then by Python's own message (CPython 3.11 to 3.14).
 *
 * The first rule that fits wins. Named groups of a pattern fill the holes of the sentences in `fr.ts`
 * and `en.ts`. A rule never gives a solution away: it says what happened and where to look.
 */
import type { Code } from './fr';

/** What is known of an error: Python's words, and names that are nearly the missing one. */
export interface Failure {
  /** The class: `NameError`. */
  name: string;
  message: string;
  near?: readonly string[];
  /** From 1, in the cell at fault; null when it is not known. */
  line?: number | null;
  /** That line's text. */
  text?: string;
  /** The whole cell at fault. */
  source?: string;
  /** The classes it derives from. */
  kinds?: readonly string[];
}

interface Rule {
  code: Code;
  name: string;
  pattern?: RegExp;
  /** Said in place of `code` when there are names that may have been meant. */
  near?: Code;
  /** Said in place of `code` when nothing (`None`) is one of the values. */
  none?: Code;
}

const rule = (name: string, code: Code, pattern?: RegExp, more: Partial<Rule> = {}): Rule => ({
  name,
  code,
  pattern,
  ...more
});

const SYNTAX: Rule[] = [
  rule('TabError', 'tabs'),
  rule('IndentationError', 'indentMissing', /expected an indented block(?: after (?<what>.+?) on line (?<from>\d+))?/),
  rule('IndentationError', 'indentExtra', /unexpected indent/),
  rule('IndentationError', 'indentUneven', /unindent does not match/),
  rule('SyntaxError', 'colon', /expected ':'/),
  rule('SyntaxError', 'neverClosed', /'(?<sign>.)' was never closed/),
  rule('SyntaxError', 'mismatched', /closing parenthesis '(?<sign>.)' does not match opening parenthesis '(?<other>.)'/),
  rule('SyntaxError', 'unmatched', /unmatched '(?<sign>.)'/),
  rule('SyntaxError', 'stringOpen', /unterminated (?:triple-quoted )?(?:f-|t-)?string literal|EOL while scanning/),
  rule('SyntaxError', 'equals', /[Mm]aybe you meant '==' (?:or ':=' )?instead of '='/),
  rule('SyntaxError', 'assignTo', /cannot assign to (?<what>.+?)(?: here.*)?$/),
  rule('SyntaxError', 'printParens', /Missing parentheses in call to '(?<name>\w+)'/),
  rule('SyntaxError', 'comma', /Perhaps you forgot a comma/),
  rule('SyntaxError', 'keyword', /Did you mean '(?<name>.+?)'/),
  rule('SyntaxError', 'outsideFunction', /'(?<name>return|yield|await)' outside function/),
  rule('SyntaxError', 'outsideLoop', /'(?<name>break|continue)' (?:outside loop|not properly in loop)/),
  rule('SyntaxError', 'zeros', /leading zeros in decimal integer/),
  rule('SyntaxError', 'numberName', /invalid decimal literal/),
  rule('SyntaxError', 'sign', /invalid (?:non-printable )?character '?(?<sign>[^' ]+)'?/),
  rule('SyntaxError', 'tryAlone', /expected 'except' or 'finally' block/),
  rule('SyntaxError', 'elseMissing', /expected 'else' after 'if' expression/),
  rule('SyntaxError', 'argumentOrder', /positional argument follows keyword argument/),
  rule('SyntaxError', 'fstring', /^[ft]-string/),
  rule('SyntaxError', 'incomplete', /unexpected EOF|incomplete input/),
  rule('SyntaxError', 'syntax')
];

const NAMES: Rule[] = [
  rule('UnboundLocalError', 'unbound', /local variable '(?<name>.+?)'/),
  rule('NameError', 'unbound', /cannot access free variable '(?<name>.+?)'/),
  rule('NameError', 'nameUnknown', /name '(?<name>.+?)' is not defined/, { near: 'nameNear' }),
  rule('AttributeError', 'attributeNone', /'NoneType' object has no attribute '(?<name>.+?)'/),
  rule('AttributeError', 'attributeModule', /module '(?<type>.+?)' has no attribute '(?<name>.+?)'/, {
    near: 'attributeNear'
  }),
  rule('AttributeError', 'attributeUnknown', /'(?<type>.+?)' object has no attribute '(?<name>.+?)'/, {
    near: 'attributeNear'
  }),
  rule('ModuleNotFoundError', 'module', /No module named '(?<name>.+?)'/, { near: 'moduleNear' }),
  rule('ImportError', 'importName', /cannot import name '(?<name>.+?)' from '(?<type>.+?)'/)
];

const TYPES: Rule[] = [
  rule('TypeError', 'operands', /unsupported operand type\(s\) for (?<sign>.+?): '(?<type>.+?)' and '(?<other>.+?)'/, {
    none: 'operandNone'
  }),
  rule('TypeError', 'joinText', /can only concatenate str \(not "(?<type>.+?)"\)|must be str, not (?<type2>\w+)/, {
    none: 'operandNone'
  }),
  rule('TypeError', 'joinList', /can only concatenate (?:list|tuple) \(not "(?<type>.+?)"\)/),
  rule('TypeError', 'notCallable', /'(?<type>.+?)' object is not callable/),
  rule('TypeError', 'notIterable', /(?:argument of type )?'?(?<type>\w+)'? (?:object )?is not (?:iterable|a container or iterable)|cannot unpack non-iterable (?<type2>\w+) object/, {
    none: 'notIterableNone'
  }),
  rule('TypeError', 'notIndexed', /'(?<type>.+?)' object is not subscriptable/, { none: 'notIndexedNone' }),
  rule('TypeError', 'notChanged', /'(?<type>.+?)' object does(?:n't| not) support item (?:assignment|deletion)/),
  rule('TypeError', 'argumentsMissing', /(?<name>[\w.<>]+)\(\) missing (?<count>\d+) required (?:positional|keyword-only) arguments?: (?<what>.+)/),
  rule('TypeError', 'argumentsMany', /(?<name>[\w.<>]+)\(\) takes (?:from \d+ to )?(?<count>\d+|no) (?:positional )?arguments? (?:but|\()\s*(?<given>\d+)/),
  rule('TypeError', 'argumentUnknown', /(?<name>[\w.<>]+)\(\) got an unexpected keyword argument '(?<what>.+?)'/),
  rule('TypeError', 'indexType', /(?:list|tuple|string|str|range|byte) ?ind(?:ices|ex) must be integers?(?: or slices)?, not '?(?<type>\w+)/),
  rule('TypeError', 'compareTypes', /'(?<sign>.+?)' not supported between instances of '(?<type>.+?)' and '(?<other>.+?)'/, {
    none: 'operandNone'
  }),
  rule('TypeError', 'noLength', /object of type '(?<type>.+?)' has no len\(\)/),
  rule('TypeError', 'needsInteger', /'(?<type>.+?)' object cannot be interpreted as an integer|can't multiply sequence by non-int of type '(?<type2>.+?)'/),
  rule('TypeError', 'convert', /(?<name>int|float)\(\) argument must be .*not '(?<type>.+?)'/),
  rule('TypeError', 'unhashable', /unhashable type: '(?<type>.+?)'/),
  rule('TypeError', 'badOperand', /bad operand type for (?<sign>.+?): '(?<type>.+?)'|must be real number, not (?<type2>\w+)/),
  rule('TypeError', 'type')
];

const VALUES: Rule[] = [
  rule('IndexError', 'indexEmpty', /pop from (?:an )?empty|index out of range: empty/),
  rule('IndexError', 'index', /(?<type>list|string|tuple|range|array)?.*index.* out of (?:range|bounds)/),
  rule('IndexError', 'index'),
  rule('KeyError', 'key'),
  rule('ZeroDivisionError', 'zero'),
  rule('ValueError', 'integerText', /invalid literal for int\(\) with base \d+: (?<what>.+)/),
  rule('ValueError', 'numberText', /could not convert string to float: (?<what>.+)/),
  rule('ValueError', 'unpackMany', /too many values to unpack \(expected (?<count>\d+)/),
  rule('ValueError', 'unpackFew', /not enough values to unpack \(expected (?:at least )?(?<count>\d+), got (?<given>\d+)\)/),
  rule('ValueError', 'domain', /math domain error|expected a (?:non-?negative|positive) input|expected a number in range/),
  rule('ValueError', 'notFound', /is not in list|not in list|is not in tuple|substring not found/),
  rule('ValueError', 'empty', /is empty|empty sequence|empty range|at least one/),
  rule('ValueError', 'shapes', /could not be broadcast|shapes? .*(?:mismatch|not aligned)|same first dimension/),
  rule('ValueError', 'value'),
  rule('RecursionError', 'recursion'),
  rule('NotImplementedError', 'unanswered'),
  rule('AssertionError', 'assertion'),
  rule('FileNotFoundError', 'file', /No such file or directory: (?<what>.+)/),
  rule('KeyboardInterrupt', 'stopped'),
  rule('PythonStopped', 'memory'),
  rule('MemoryError', 'memory'),
  rule('OverflowError', 'overflow'),
  rule('RuntimeError', 'changedSize', /changed size during iteration/),
  rule('EOFError', 'noInput'),
  rule('StopIteration', 'exhausted'),
  rule('SystemExit', 'exit')
];

const RULES = [...SYNTAX, ...NAMES, ...TYPES, ...VALUES];

/** The sentence's code and what fills its holes. */
export function find(failure: Failure): { code: Code; values: Record<string, string> } {
  // a message may be as long as a hostile notebook likes
  const message = failure.message.slice(0, 400);
  for (const candidate of RULES) {
    const is = candidate.name === failure.name || failure.kinds?.includes(candidate.name);
    const found = is ? (candidate.pattern?.exec(message) ?? (candidate.pattern ? null : [])) : null;
    if (found) {
      return { code: choose(candidate, failure, message), values: gather(found, failure, message) };
    }
  }
  return { code: 'other', values: gather([], failure, message) };
}

function choose(found: Rule, { near }: Failure, message: string): Code {
  if (found.near && near?.length) {
    return found.near;
  }
  return found.none && message.includes('NoneType') ? found.none : found.code;
}

function gather(
  found: RegExpExecArray | never[],
  { name, near }: Failure,
  message: string
): Record<string, string> {
  const groups = ('groups' in found && found.groups) || {};
  const values: Record<string, string> = { error: name, message, near: near?.[0] ?? '' };
  for (const [key, value] of Object.entries(groups)) {
    if (value !== undefined) {
      values[key.replace('2', '')] = value;
    }
  }
  return values;
}
