/** A ready question of each kind, to be changed by its author: readable Markdown, valid at once. */
import { write } from '../exercise/markdown';
import type { Language } from '../tokens';
import { newGradeId } from './ids';
import { type CellType, changeKind, type Kind, type Mark } from './marks';

export interface NewCell {
  type: CellType;
  source: string;
  mark: Mark | null;
}

/** What can be inserted, in the order of the menu. */
export const READY: readonly Kind[] = [
  'solution',
  'choice',
  'choices',
  'number',
  'text',
  'matching',
  'manual',
  'task',
  'file'
];

interface Words {
  code: [statement: string, answer: string, tests: string];
  choice: [prompt: string, right: string, ...wrong: string[]];
  choices: [prompt: string, options: [string, boolean][]];
  number: [prompt: string, answer: string, units: string[]];
  text: [prompt: string, answer: string, accepted: string[]];
  matching: [prompt: string, pairs: [string, string][]];
  manual: [prompt: string, answer: string, criteria: [string, number][]];
  task: [prompt: string, criteria: [string, number][]];
  file: [prompt: string, name: string, accept: string[]];
}

const fr: Words = {
  code: [
    '### Carré d’un nombre\n\nÉcrivez une fonction `carre` qui renvoie le carré du nombre `x`.',
    'def carre(x):\n    """Renvoie le carré de x."""\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION',
    'assert carre(3) == 9\nassert carre(0) == 0\n### BEGIN HIDDEN TESTS\nassert carre(-4) == 16\n### END HIDDEN TESTS'
  ],
  choice: ['### Capitale\n\nQuelle est la capitale de l’Italie\u00a0?', 'Rome', 'Milan', 'Naples', 'Turin'],
  choices: [
    '### Nombres premiers\n\nLesquels de ces nombres sont premiers\u00a0? (plusieurs réponses possibles)',
    [['2', true], ['9', false], ['11', true], ['15', false]]
  ],
  number: [
    '### Pesanteur\n\nQuelle est l’intensité de la pesanteur à Paris\u00a0? Donnez le résultat avec son unité.',
    '9,81 m/s²',
    ['m/s²', 'm/s^2', 'm.s-2', 'm·s⁻²', 'N/kg']
  ],
  text: ['### Auteur\n\nQui a écrit *Les Misérables*\u00a0?', 'Victor Hugo', ['Hugo', 'V. Hugo']],
  matching: [
    '### Régions\n\nAssociez chaque ville à sa région.',
    [['Brest', 'Bretagne'], ['Strasbourg', 'Grand Est'], ['Marseille', 'Provence-Alpes-Côte d’Azur']]
  ],
  manual: [
    '### Expliquer\n\nExpliquez en quelques phrases pourquoi la moyenne ne suffit pas à décrire une série de notes.',
    'Deux séries peuvent avoir la même moyenne et des dispersions très différentes\u00a0: il faut aussi un écart type ou une étendue.',
    [['Donne un exemple ou un contre-exemple', 1], ['Parle de la dispersion', 1]]
  ],
  task: [
    '### Enquête\n\nRelevez dix mesures, présentez-les dans un graphique, puis commentez-le. Ajoutez autant de cellules que nécessaire.',
    [['Les mesures sont là', 1], ['Le graphique est lisible', 1], ['Le commentaire est juste', 2]]
  ],
  file: [
    '### Graphique\n\nEnregistrez votre graphique dans un fichier du projet et donnez ici son nom.',
    'graphique.png',
    ['.png', '.svg']
  ]
};

const en: Words = {
  code: [
    '### Square of a number\n\nWrite a function `square` that returns the square of the number `x`.',
    'def square(x):\n    """Return the square of x."""\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION',
    'assert square(3) == 9\nassert square(0) == 0\n### BEGIN HIDDEN TESTS\nassert square(-4) == 16\n### END HIDDEN TESTS'
  ],
  choice: ['### Capital\n\nWhat is the capital of Italy?', 'Rome', 'Milan', 'Naples', 'Turin'],
  choices: [
    '### Prime numbers\n\nWhich of these numbers are prime? (several answers are possible)',
    [['2', true], ['9', false], ['11', true], ['15', false]]
  ],
  number: [
    '### Gravity\n\nHow strong is gravity in Paris? Give the result with its unit.',
    '9.81 m/s²',
    ['m/s²', 'm/s^2', 'm.s-2', 'm·s⁻²', 'N/kg']
  ],
  text: ['### Author\n\nWho wrote *Les Misérables*?', 'Victor Hugo', ['Hugo', 'V. Hugo']],
  matching: [
    '### Regions\n\nMatch each city with its region.',
    [['Brest', 'Brittany'], ['Strasbourg', 'Grand Est'], ['Marseille', 'Provence-Alpes-Côte d’Azur']]
  ],
  manual: [
    '### Explain\n\nExplain in a few sentences why the mean is not enough to describe a series of marks.',
    'Two series may have the same mean and be spread very differently: a standard deviation or a range is needed too.',
    [['Gives an example or a counter-example', 1], ['Speaks of the spread', 1]]
  ],
  task: [
    '### Survey\n\nTake ten measurements, show them in a plot, then comment on it. Add as many cells as you need.',
    [['The measurements are there', 1], ['The plot can be read', 1], ['The comment is right', 2]]
  ],
  file: [
    '### Plot\n\nSave your plot in a file of the project and give its name here.',
    'plot.png',
    ['.png', '.svg']
  ]
};

const WORDS: Record<Language, Words> = { fr, en };

/** The cells of a ready question; `taken` are the ids that the notebook has. */
export function readyQuestion(kind: Kind, language: Language, taken: Iterable<string>): NewCell[] {
  const words = WORDS[language];
  const id = newGradeId(kind, taken);
  const base = changeKind(null, kind, id);
  switch (kind) {
    case 'solution': {
      const [statement, answer, tests] = words.code;
      const testsId = newGradeId('tests', [...taken, id], id);
      return [
        { type: 'markdown', source: statement, mark: null },
        { type: 'code', source: answer, mark: base },
        { type: 'code', source: tests, mark: { ...changeKind(null, 'tests', testsId), points: 2 } }
      ];
    }
    case 'manual': {
      const [prompt, answer, criteria] = words.manual;
      return [
        { type: 'markdown', source: prompt, mark: null },
        { type: 'markdown', source: answer, mark: withRubric(base, criteria) }
      ];
    }
    case 'task': {
      const [prompt, criteria] = words.task;
      return [{ type: 'markdown', source: prompt, mark: withRubric(base, criteria) }];
    }
    default:
      return [{ type: 'markdown', source: closedSource(kind, language), mark: closedMark(base, words) }];
  }
}

function withRubric(mark: Mark, criteria: [string, number][]): Mark {
  const rubric = criteria.map(([label, points], index) => ({ id: `c${index + 1}`, label, points }));
  return { ...mark, rubric, points: criteria.reduce((sum, [, points]) => sum + points, 0) };
}

function closedSource(kind: Kind, language: Language): string {
  const words = WORDS[language];
  switch (kind) {
    case 'choice': {
      const [prompt, right, ...wrong] = words.choice;
      // the right one is not the first: whoever only adds words keeps a fair question
      const options = [wrong[0], right, ...wrong.slice(1)].map(label => ({ label, ticked: label === right }));
      return write({ kind, prompt, options }, language);
    }
    case 'choices': {
      const [prompt, options] = words.choices;
      return write({ kind, prompt, options: options.map(([label, ticked]) => ({ label, ticked })) }, language);
    }
    case 'matching': {
      const [prompt, pairs] = words.matching;
      return write({ kind, prompt, pairs: pairs.map(([left, right]) => ({ left, right })) }, language);
    }
    case 'number':
    case 'text':
    case 'file': {
      const [prompt, answer] = words[kind];
      return write({ kind, prompt, answer }, language);
    }
    default:
      return '';
  }
}

function closedMark(mark: Mark, words: Words): Mark {
  const { kind, question } = mark;
  switch (kind) {
    case 'number':
      return {
        ...mark,
        question: { ...question, key: { tolerance: { relative: 0.01 }, units: words.number[2] }, unit: true }
      };
    case 'text':
      return { ...mark, question: { ...question, key: { accepted: words.text[2] } } };
    case 'file':
      return { ...mark, question: { ...question, accept: words.file[2] } };
    default:
      return mark;
  }
}

/** What a text cell lacks to be a closed question of this kind, to be put at its end. */
export function skeleton(kind: Kind, language: Language): string {
  switch (kind) {
    case 'choice':
    case 'choices':
      return language === 'fr' ? '- [x] Bonne réponse\n- [ ] Autre réponse' : '- [x] Right answer\n- [ ] Other answer';
    case 'matching':
      return language === 'fr' ? '- Élément → Sa réponse\n- Autre élément → Sa réponse à lui' : '- Item → Its answer\n- Other item → Its own answer';
    case 'number':
      return language === 'fr' ? '**Réponse :** 42' : '**Answer:** 42';
    case 'text':
      return language === 'fr' ? '**Réponse :** mot' : '**Answer:** word';
    case 'file':
      return language === 'fr' ? '**Fichier :** resultat.csv' : '**File:** result.csv';
    default:
      return '';
  }
}
