import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { explain, type Failure, sayType } from '../src/exercise/explain';
import { en } from '../src/exercise/explain/en';
import { fr } from '../src/exercise/explain/fr';
import { find } from '../src/exercise/explain/rules';
import { words } from '../src/exercise/words';

/** Messages as CPython 3.14 writes them, and the sentence each gets. */
const MESSAGES: [name: string, message: string, code: string, near?: string[]][] = [
  ['TabError', 'inconsistent use of tabs and spaces in indentation', 'tabs'],
  ['IndentationError', "expected an indented block after 'for' statement on line 1", 'indentMissing'],
  ['IndentationError', 'unexpected indent', 'indentExtra'],
  ['IndentationError', 'unindent does not match any outer indentation level', 'indentUneven'],
  ['SyntaxError', "expected ':'", 'colon'],
  ['SyntaxError', "'(' was never closed", 'neverClosed'],
  ['SyntaxError', "unmatched ')'", 'unmatched'],
  ['SyntaxError', "closing parenthesis ']' does not match opening parenthesis '('", 'mismatched'],
  ['SyntaxError', 'unterminated string literal (detected at line 1)', 'stringOpen'],
  ['SyntaxError', "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", 'equals'],
  ['SyntaxError', "cannot assign to literal here. Maybe you meant '==' instead of '='?", 'equals'],
  ['SyntaxError', 'cannot assign to function call', 'assignTo'],
  ['SyntaxError', "Missing parentheses in call to 'print'. Did you mean print(...)?", 'printParens'],
  ['SyntaxError', 'invalid syntax. Perhaps you forgot a comma?', 'comma'],
  ['SyntaxError', "invalid syntax. Did you mean 'while'?", 'keyword'],
  ['SyntaxError', "'return' outside function", 'outsideFunction'],
  ['SyntaxError', "'break' outside loop", 'outsideLoop'],
  ['SyntaxError', 'leading zeros in decimal integer literals are not permitted; use an 0o prefix', 'zeros'],
  ['SyntaxError', 'invalid decimal literal', 'numberName'],
  ['SyntaxError', "invalid character '’' (U+2019)", 'sign'],
  ['SyntaxError', "expected 'except' or 'finally' block", 'tryAlone'],
  ['SyntaxError', "expected 'else' after 'if' expression", 'elseMissing'],
  ['SyntaxError', 'positional argument follows keyword argument', 'argumentOrder'],
  ['SyntaxError', "f-string: expecting '}'", 'fstring'],
  ['SyntaxError', 'invalid syntax', 'syntax'],
  ['NameError', "name 'moyene' is not defined", 'nameUnknown'],
  ['NameError', "name 'moyene' is not defined", 'nameNear', ['moyenne']],
  ['UnboundLocalError', "cannot access local variable 'total' where it is not associated with a value", 'unbound'],
  ['AttributeError', "'NoneType' object has no attribute 'sort'", 'attributeNone'],
  ['AttributeError', "'list' object has no attribute 'push'", 'attributeUnknown'],
  ['AttributeError', "'list' object has no attribute 'apend'", 'attributeNear', ['append']],
  ['AttributeError', "module 'math' has no attribute 'squareroot'", 'attributeModule'],
  ['ModuleNotFoundError', "No module named 'numpi'", 'moduleNear', ['numpy']],
  ['ModuleNotFoundError', "No module named 'zzz'", 'module'],
  ['ImportError', "cannot import name 'sin2' from 'math' (unknown location)", 'importName'],
  ['TypeError', "unsupported operand type(s) for +: 'int' and 'str'", 'operands'],
  ['TypeError', "unsupported operand type(s) for *: 'NoneType' and 'int'", 'operandNone'],
  ['TypeError', 'can only concatenate str (not "int") to str', 'joinText'],
  ['TypeError', 'can only concatenate list (not "int") to list', 'joinList'],
  ['TypeError', "'int' object is not callable", 'notCallable'],
  ['TypeError', "'int' object is not iterable", 'notIterable'],
  ['TypeError', "'NoneType' object is not iterable", 'notIterableNone'],
  ['TypeError', 'cannot unpack non-iterable int object', 'notIterable'],
  ['TypeError', "argument of type 'int' is not a container or iterable", 'notIterable'],
  ['TypeError', "'float' object is not subscriptable", 'notIndexed'],
  ['TypeError', "'NoneType' object is not subscriptable", 'notIndexedNone'],
  ['TypeError', "'str' object does not support item assignment", 'notChanged'],
  ['TypeError', "f() missing 1 required positional argument: 'b'", 'argumentsMissing'],
  ['TypeError', 'f() takes 1 positional argument but 2 were given', 'argumentsMany'],
  ['TypeError', 'len() takes exactly one argument (2 given)', 'type'],
  ['TypeError', "f() got an unexpected keyword argument 'c'", 'argumentUnknown'],
  ['TypeError', 'list indices must be integers or slices, not str', 'indexType'],
  ['TypeError', "string indices must be integers, not 'str'", 'indexType'],
  ['TypeError', "'<' not supported between instances of 'str' and 'int'", 'compareTypes'],
  ['TypeError', "object of type 'int' has no len()", 'noLength'],
  ['TypeError', "'float' object cannot be interpreted as an integer", 'needsInteger'],
  ['TypeError', "can't multiply sequence by non-int of type 'float'", 'needsInteger'],
  ['TypeError', "int() argument must be a string, a bytes-like object or a real number, not 'list'", 'convert'],
  ['TypeError', "unhashable type: 'list'", 'unhashable'],
  ['TypeError', "cannot use 'list' as a dict key (unhashable type: 'list')", 'unhashable'],
  ['TypeError', "bad operand type for unary -: 'str'", 'badOperand'],
  ['TypeError', 'must be real number, not str', 'badOperand'],
  ['IndexError', 'list index out of range', 'index'],
  ['IndexError', 'index 5 is out of bounds for axis 0 with size 3', 'index'],
  ['IndexError', 'pop from empty list', 'indexEmpty'],
  ['KeyError', "'Paris'", 'key'],
  ['ZeroDivisionError', 'division by zero', 'zero'],
  ['ValueError', "invalid literal for int() with base 10: '3.5'", 'integerText'],
  ['ValueError', "could not convert string to float: '3,5'", 'numberText'],
  ['ValueError', 'too many values to unpack (expected 2, got 3)', 'unpackMany'],
  ['ValueError', 'not enough values to unpack (expected 3, got 2)', 'unpackFew'],
  ['ValueError', 'expected a nonnegative input, got -1.0', 'domain'],
  ['ValueError', 'list.remove(x): x not in list', 'notFound'],
  ['ValueError', 'max() iterable argument is empty', 'empty'],
  ['ValueError', 'operands could not be broadcast together with shapes (2,) (3,)', 'shapes'],
  ['RecursionError', 'maximum recursion depth exceeded', 'recursion'],
  ['NotImplementedError', '', 'unanswered'],
  ['AssertionError', '', 'assertion'],
  ['FileNotFoundError', "[Errno 44] No such file or directory: 'a.csv'", 'file'],
  ['KeyboardInterrupt', '', 'stopped'],
  ['MemoryError', '', 'memory'],
  ['OverflowError', 'math range error', 'overflow'],
  ['RuntimeError', 'dictionary changed size during iteration', 'changedSize'],
  ['EOFError', 'EOF when reading a line', 'noInput'],
  ['StopIteration', '', 'exhausted'],
  ['SystemExit', '', 'exit'],
  ['MyError', 'oups', 'other']
];

describe('an error', () => {
  it.each(MESSAGES)('%s: %s', (name, message, code, near) => {
    const failure: Failure = { name, message, near };
    expect(find(failure).code).toBe(code);
    for (const language of ['fr', 'en'] as const) {
      const { what, next } = explain(failure, language);
      expect(`${what} ${next}`).not.toMatch(/\{\w+\}/);
      expect(what.length * next.length).toBeGreaterThan(100);
    }
  });

  it('has a sentence in both languages for every rule, and no sentence that nobody uses', () => {
    expect(Object.keys(en)).toEqual(Object.keys(fr));
    const used = new Set(MESSAGES.map(([, , code]) => code));
    expect(Object.keys(fr).filter(code => !used.has(code) && !['incomplete', 'value'].includes(code))).toEqual([]);
    expect(find({ name: 'SyntaxError', message: 'incomplete input' }).code).toBe('incomplete');
    expect(find({ name: 'ValueError', message: 'math' }).code).toBe('value');
    const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
    for (const [code, [what, next]] of Object.entries(fr)) {
      const english = en[code as keyof typeof fr];
      expect(holes(english.join(' ')), code).toEqual(holes(`${what} ${next}`));
    }
  });

  it('names what was meant and the types in the reader’s language', () => {
    const near = explain({ name: 'NameError', message: "name 'moyene' is not defined", near: ['moyenne'] }, 'fr');
    expect(near.what).toBe('Python ne connaît pas le nom « moyene ». Un nom proche existe : « moyenne ».');
    const types = explain({ name: 'TypeError', message: "unsupported operand type(s) for +: 'int' and 'str'" }, 'fr');
    expect(types.what).toBe('L’opération « + » n’existe pas entre un nombre entier (int) et un texte (str).');
    expect(explain({ name: 'TypeError', message: "'list' object is not callable" }, 'en').what).toContain('a list');
    expect(sayType('constructor', 'fr')).toBe('constructor');
  });

  it('is known by the class it derives from', () => {
    expect(find({ name: 'JSONDecodeError', message: 'Expecting value', kinds: ['ValueError'] }).code).toBe('value');
    expect(find({ name: 'MaClé', message: "'x'", kinds: ['KeyError', 'LookupError'] }).code).toBe('key');
  });

  it('with a hostile message is explained at once', () => {
    for (const piece of ["'", ' ', 'a()', "missing 1 required 'x' ", '(', '{what}', 'x not ']) {
      const message = piece.repeat(100_000);
      for (const name of ['SyntaxError', 'TypeError', 'ValueError', 'NameError', '__proto__']) {
        expect(explain({ name, message }, 'fr').what.length).toBeLessThan(3_000);
      }
    }
  });
});

describe('the words of exercises', () => {
  it('are all said somewhere', () => {
    const folder = join(__dirname, '../src/exercise');
    const code = readdirSync(folder)
      .filter(name => name.endsWith('.ts') && name !== 'words.ts')
      .map(name => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const made = /^difficulty\d$/;
    expect(Object.keys(words.fr).filter(key => !made.test(key) && !code.includes(`'${key}'`))).toEqual([]);
  });

  it('have the same holes in both languages, none empty', () => {
    const holes = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();
    for (const [key, text] of Object.entries(words.fr)) {
      const english = words.en[key as keyof typeof words.en];
      expect(text.length * english.length, key).toBeGreaterThan(0);
      expect(holes(english), key).toEqual(holes(text));
    }
  });
});
