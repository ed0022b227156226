/** Errors explained in English: what happened, then where to look. */
import type { Code, Sentence } from './fr';

export const en: Record<Code, Sentence> = {
  tabs: [
    'The beginnings of some lines mix tabs and spaces.',
    'Delete the beginnings of these lines and indent with spaces only (4 for each level).'
  ],
  indentMissing: [
    'The line after a “:” (after if, for, while, def…) must be moved to the right.',
    'Indent the lines that belong to the block by 4 spaces.'
  ],
  indentExtra: [
    'This line is moved to the right, but nothing asks for it.',
    'Align it with the line above, or check that the line above ends with “:”.'
  ],
  indentUneven: [
    'The indentation of this line fits none of the lines above.',
    'Align it exactly with the lines of the same block.'
  ],
  colon: [
    'There is a “:” missing at the end of this line.',
    'Lines that begin with if, else, for, while or def end with “:”.'
  ],
  neverClosed: [
    'A “{sign}” was opened and never closed.',
    'Count the opening and closing signs of this line and the next.'
  ],
  mismatched: [
    'The closing “{sign}” does not go with the “{other}” that is open.',
    'Close first what was opened last, with the sign of the same family.'
  ],
  unmatched: [
    'There is one “{sign}” too many: nothing is open before it.',
    'Remove it, or add the opening sign that is missing.'
  ],
  stringOpen: [
    'A text begins with a quotation mark and is not ended.',
    'Add the same quotation mark at the end of the text. An apostrophe inside a text between apostrophes ends it too early.'
  ],
  equals: [
    'A single “=” gives a value to a variable; here Python expects a comparison.',
    'To compare two values, write “==”.'
  ],
  assignTo: [
    'To the left of “=” there must be the name of a variable.',
    'Check the direction: name = value. To compare, it is “==”.'
  ],
  printParens: [
    'The parentheses of {name} are missing.',
    'Write {name}(…), with what is to be shown between the parentheses.'
  ],
  comma: [
    'Python does not understand this line: perhaps a comma is missing.',
    'Look between the values, just before the place shown.'
  ],
  keyword: [
    'A word of Python is probably misspelt: did you mean “{name}”?',
    'Compare letter by letter.'
  ],
  outsideFunction: [
    '“{name}” only makes sense inside a function.',
    'Check that the line is indented under its “def”.'
  ],
  outsideLoop: [
    '“{name}” only makes sense inside a loop.',
    'Check that the line is indented under its “for” or “while”.'
  ],
  zeros: ['A whole number does not begin with 0.', 'Remove the zeros at the beginning.'],
  numberName: [
    'The name of a variable does not begin with a digit, and a number has no letters in it.',
    'Choose a name that begins with a letter, or check the number.'
  ],
  sign: [
    'The sign “{sign}” is not a sign of Python.',
    'It often comes from copy and paste. Type the sign you want on the keyboard: " \' - * /'
  ],
  tryAlone: ['A “try” must be followed by an “except”.', 'Add the except block, aligned under try.'],
  elseMissing: [
    'The short form “value if condition else other” needs its “else”.',
    'Complete it, or write the if over several lines.'
  ],
  argumentOrder: [
    'Values without a name come before those with one (name=value).',
    'Change the order between the parentheses.'
  ],
  fstring: [
    'In a text f"…", what stands between braces is not understood.',
    'Check the braces { } and the quotation marks inside.'
  ],
  incomplete: [
    'The code stops in the middle of a statement.',
    'Finish the last line: a parenthesis, a quotation mark or a block is missing.'
  ],
  syntax: [
    'Python does not understand this line.',
    'Read it sign by sign, and the end of the line above too: parenthesis, quotation mark, comma or “:”.'
  ],
  unbound: [
    'The variable “{name}” is used in the function before it gets a value there.',
    'Give it a value at the beginning of the function, or pass it as a parameter.'
  ],
  nameUnknown: [
    'Python does not know the name “{name}”.',
    'Check that the cell that defines it has been run. If it is a text, it needs quotation marks.'
  ],
  nameNear: [
    'Python does not know the name “{name}”. A similar name exists: “{near}”.',
    'Compare the two letter by letter: capitals, accents, missing letters.'
  ],
  attributeNone: [
    'An empty value (None) is asked for “.{name}”.',
    'Find where this value comes from: often a function without return, or one that changes things in place.'
  ],
  attributeModule: [
    'The module “{type}” has nothing called “{name}”.',
    'Check the name in the documentation. Does a file of the project have the same name as the module?'
  ],
  attributeUnknown: [
    'A value of type {type} has no “.{name}”.',
    'Check the name, and that the variable holds what you think (print it).'
  ],
  attributeNear: [
    '“.{name}” does not exist here. A similar name exists: “.{near}”.',
    'Compare the two letter by letter.'
  ],
  module: [
    'The module “{name}” is not available here.',
    'Check the spelling, or ask your teacher which module to use.'
  ],
  moduleNear: [
    'The module “{name}” does not exist. A similar name exists: “{near}”.',
    'Correct the import line.'
  ],
  importName: ['The module “{type}” does not contain “{name}”.', 'Check the spelling and the capitals.'],
  operands: [
    'There is no “{sign}” between {type} and {other}.',
    'Print both values. One of them may have to be converted with int(), float() or str().'
  ],
  operandNone: [
    'One of the two values is empty (None): one cannot calculate with it.',
    'Find where it comes from: often a function without return.'
  ],
  joinText: [
    'A text and {type} cannot be joined with “+”.',
    'Convert with str(), or print both with a comma between them.'
  ],
  joinList: [
    'With “+”, a list is joined to another list only, not to {type}.',
    'To add a single element, look for the method that adds at the end.'
  ],
  notCallable: [
    'Parentheses follow {type}, which is not a function.',
    'Perhaps a * is missing before the parenthesis, or a variable has the name of a function.'
  ],
  notIterable: [
    'One cannot go through {type}.',
    'A for loop goes through a list, a text or range(…). Print the value after “in”.'
  ],
  notIterableNone: [
    'An empty value (None) is to be gone through.',
    'Find where it comes from: often a function without return.'
  ],
  notIndexed: [
    'Brackets [ ] follow {type}, which has no elements.',
    'Check that the variable is a list, a text or a dictionary (print it).'
  ],
  notIndexedNone: [
    'Brackets [ ] follow an empty value (None).',
    'Find where it comes from: often a function without return.'
  ],
  notChanged: [
    'An element inside {type} cannot be changed.',
    'Make a new value, or use a list.'
  ],
  argumentsMissing: [
    '{count} value(s) are missing between the parentheses of {name}: {what}.',
    'Compare the call with the def line of the function.'
  ],
  argumentsMany: [
    '{name} gets {given} values, but does not expect that many ({count}).',
    'Compare the call with the def line of the function.'
  ],
  argumentUnknown: [
    '{name} has no parameter called “{what}”.',
    'Compare the call with the def line of the function.'
  ],
  indexType: [
    'Between brackets there must be a whole number; here it is {type}.',
    'To go through the elements, for x in list gives the elements; range(len(list)) gives their places.'
  ],
  compareTypes: [
    '“{sign}” does not compare {type} and {other}.',
    'Print both values. One of them may be a text to be converted to a number.'
  ],
  noLength: ['len() does not work on {type}.', 'Print the value: is it a list or a text?'],
  needsInteger: [
    'A whole number is needed here; this is {type}.',
    'A division “/” always gives a decimal number; “//” gives a whole one.'
  ],
  convert: [
    '{name}() cannot convert {type}.',
    'Print the value between the parentheses: is it a text or a number?'
  ],
  unhashable: [
    '{type} cannot be the key of a dictionary nor an element of a set.',
    'Use a number, a text or a tuple.'
  ],
  badOperand: ['This calculation cannot be done with {type}.', 'Print the value: is it a number?'],
  type: [
    'A value is not of the type that is needed ({message}).',
    'Print the values of this line and their types with type(…).'
  ],
  indexEmpty: [
    'An element is to be taken from an empty list.',
    'Print the list just before this line. Which case makes it empty?'
  ],
  index: [
    'The number between brackets is too large: there is no element at this place.',
    'Places go from 0 to the length minus 1. Print the number and len(…) just before.'
  ],
  key: [
    'The key {message} is not in the dictionary.',
    'Print the keys of the dictionary and compare: spelling, capitals, text or number.'
  ],
  zero: [
    'There is a division by zero.',
    'Find what is 0 under the division. What should the program do in this case?'
  ],
  integerText: [
    'The text {what} cannot become a whole number.',
    'int() takes digits only. For a decimal number it is float() and a point.'
  ],
  numberText: [
    'The text {what} cannot become a number.',
    'A decimal number is written with a point. Check spaces and letters too.'
  ],
  unpackMany: [
    'There are more values than variables ({count}) to the left of “=”.',
    'Count the values on the right and the variables on the left.'
  ],
  unpackFew: [
    'There are {count} variables to the left of “=”, but {given} value(s) on the right.',
    'Count the values on the right and the variables on the left.'
  ],
  domain: [
    'This calculation does not exist for this value (root or logarithm of a negative number?).',
    'Print the value just before the calculation.'
  ],
  notFound: ['The value looked for is not there.', 'First test with “in” whether it is.'],
  empty: [
    'An empty list is asked for a result.',
    'Print the list just before. What should the program do when it is empty?'
  ],
  shapes: ['The two arrays do not have the same size.', 'Print the size of each (len(…) or .shape).'],
  value: ['A value is not accepted: {message}.', 'Print the values of this line just before.'],
  recursion: [
    'The function calls itself without ever stopping.',
    'Which is the simple case where it answers without calling itself? Check that it gets there.'
  ],
  unanswered: [
    'The answer is not written yet.',
    'Replace the line raise NotImplementedError() by your answer.'
  ],
  assertion: ['A check did not pass.', 'Compare what your code gives with what is asked for.'],
  file: [
    'The file {what} does not exist in the project.',
    'Check its name in the list of files: capitals, accents, extension.'
  ],
  stopped: [
    'The run was stopped before its end.',
    'If it did not finish: does the condition of a while loop ever become false?'
  ],
  memory: ['There is not enough memory left.', 'Does a list or a text grow without end in a loop?'],
  overflow: ['The result is too large to be calculated.', 'Print the values just before the calculation.'],
  changedSize: [
    'The collection changes its size while it is gone through.',
    'Go through a copy, or build a new collection.'
  ],
  noInput: ['The program was waiting for an answer from the keyboard.', 'Run the cell and answer in the field.'],
  exhausted: ['There is no next value.', 'A for loop stops by itself at the end.'],
  exit: ['exit() stops the program.', 'Remove this call: a function ends with return.'],
  other: [
    'Python stopped with the error {error}: {message}',
    'Read the last line of the error, then the line shown.'
  ]
};

export const types: Record<string, string> = {
  str: 'a text (str)',
  int: 'a whole number (int)',
  float: 'a decimal number (float)',
  complex: 'a complex number',
  bool: 'a boolean (bool)',
  list: 'a list',
  tuple: 'a tuple',
  dict: 'a dictionary (dict)',
  set: 'a set',
  NoneType: 'an empty value (None)',
  function: 'a function',
  builtin_function_or_method: 'a function',
  method: 'a method',
  module: 'a module',
  type: 'a type',
  range: 'a range',
  ndarray: 'a numpy array'
};
