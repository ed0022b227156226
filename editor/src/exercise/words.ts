/** The words of doing exercises, in French and English; a missing or misspelt key does not compile. */
import type { Language } from '../tokens';

const fr = {
  questions: 'Questions',
  progressTitle: 'Questions\u00a0: {done} sur {count}',
  questionN: 'Question {number}',
  points: '{points} {points|point|points}',
  difficulty1: 'facile',
  difficulty2: 'moyen',
  difficulty3: 'difficile',
  check: 'Vérifier',
  checkName: 'Vérifier\u00a0: {title}',
  checkAll: 'Tout vérifier',
  checking: 'Vérification…',
  checkLong: 'C’est long. Une boucle ne s’arrête peut-être pas.',
  stop: 'Arrêter',
  noKernel: 'Python n’est pas prêt. Réessayez dans un instant.',
  waiting: 'Python démarre…',
  goTo: 'Aller à la question {number}\u00a0: {title}',

  stateNone: 'Pas commencée',
  stateTrying: 'En cours',
  stateFailing: 'À revoir',
  statePassing: 'Tests réussis',
  stateAnswered: 'Répondue',

  allPassed: 'Les {count} tests visibles sont réussis.',
  onePassed: 'Le test visible est réussi.',
  somePassed: '{passed} {passed|test réussi|tests réussis} sur {count}.',
  nonePassed: 'Aucun test n’est encore réussi.',
  noTests: 'Votre code s’exécute sans erreur. Il n’y a pas de test visible\u00a0: votre professeur vérifiera.',
  moreTests: 'D’autres tests peuvent être faits quand vous aurez rendu.',
  stoppedByError: 'Votre code s’arrête sur une erreur.',
  unanswered: 'Votre réponse n’est pas encore écrite.',
  answered: 'Réponse notée. Vous pouvez la changer jusqu’à ce que vous rendiez.',
  notAnswered: 'Vous n’avez pas encore répondu.',
  partlyAnswered: 'Il reste des lignes sans réponse.',
  stale: 'La réponse a changé depuis cette vérification.',
  atLine: 'Ligne {line}',
  passed: 'Réussi',
  failed: 'À revoir',
  notRun: 'Pas exécuté',
  sameError: 'La même erreur que plus haut.',
  nextStep: 'À faire',
  teacherSays: 'Indication du test',

  shouldGive: '{code} devrait donner {expected}, mais donne {got}.',
  givesNothing: '{code} devrait donner {expected}, mais ne renvoie rien (None).',
  shouldNotGive: '{code} ne devrait pas donner {got}.',
  shouldBeClose: '{code} devrait donner environ {expected}, mais donne {got}.',
  shouldBeType: '{code} devrait être de type {expected}, mais c’est {type}.',
  shouldBeTrue: '{code} devrait être vrai, mais donne {got}.',
  shouldBeFalse: '{code} devrait être faux, mais donne {got}.',
  shouldBeOrder: '{code} devrait être {sign} {expected}, mais donne {got}.',
  shouldBeIn: '{code} devrait être parmi {expected}, mais donne {got}.',
  shouldNotBeIn: '{code} ne devrait pas être parmi {expected}, mais donne {got}.',
  shouldContain: '{code} devrait contenir {expected}, mais donne {got}.',
  shouldNotContain: '{code} ne devrait pas contenir {expected}, mais donne {got}.',
  didNotHold: 'Ce test n’est pas passé\u00a0: {code}',
  nextReturn: 'La fonction se termine-t-elle par return dans tous les cas\u00a0? print affiche, mais ne renvoie rien.',
  nextType: 'Le type n’est pas le bon\u00a0: c’est {got}, il faut {expected}.',
  nextCase: 'Seules les majuscules diffèrent.',
  nextSpace: 'Seuls les espaces ou la ponctuation diffèrent.',
  nextLength: 'Le résultat a {got} {got|élément|éléments}\u00a0; il en faut {expected}.',
  nextSign: 'La valeur est bonne au signe près.',
  nextRound: 'C’est presque cela\u00a0: regardez les arrondis.',
  nextByHand: 'Refaites cet exemple à la main, puis affichez les étapes avec print et comparez.',

  answerOf: 'Réponse à\u00a0: {title}',
  yourAnswer: 'Votre réponse',
  yourNumber: 'Votre réponse (un nombre)',
  notANumber: 'Cela ne commence pas par un nombre.',
  chooseOne: 'Une seule réponse',
  chooseSeveral: 'Une ou plusieurs réponses',
  choose: 'Choisir…',
  goesWith: '{left} va avec',
  file: 'Fichier à rendre',
  fileAccept: 'Acceptés\u00a0: {list}. Ajoutez d’abord le fichier au projet par le bouton Fichiers.',
  fileAny: 'Ajoutez d’abord le fichier au projet par le bouton Fichiers.',
  fileMissing: '{name} (absent du projet)',

  hint: 'Indice',
  hintFree: 'Indice (gratuit)',
  hintCost: 'Indice (−{cost} {cost|point|points})',
  hintTitle: 'Voir l’indice\u00a0?',
  hintBody: 'Cet indice coûte {cost} {cost|point|points}, une seule fois.',
  hintYes: 'Voir l’indice',
  hintFailed: 'L’indice n’a pas pu être lu. Vérifiez votre connexion.',
  hintEmpty: 'Il n’y a pas d’indice pour cette question.',
  cancel: 'Annuler',

  help: 'J’ai besoin d’aide',
  helpName: 'J’ai besoin d’aide\u00a0: {title}',
  handUp: 'Main levée',
  handRaised: 'Votre main est levée\u00a0: votre professeur le voit.',
  handLowered: 'Votre main est baissée.',
  handAt: 'Main levée pour\u00a0: {title}',
  lowerHand: 'Baisser la main'
};

export type Word = keyof typeof fr;

const en: Record<Word, string> = {
  questions: 'Questions',
  progressTitle: 'Questions: {done} of {count}',
  questionN: 'Question {number}',
  points: '{points} {points|point|points}',
  difficulty1: 'easy',
  difficulty2: 'medium',
  difficulty3: 'hard',
  check: 'Check',
  checkName: 'Check: {title}',
  checkAll: 'Check all',
  checking: 'Checking…',
  checkLong: 'This takes long. Perhaps a loop does not stop.',
  stop: 'Stop',
  noKernel: 'Python is not ready. Try again in a moment.',
  waiting: 'Python is starting…',
  goTo: 'Go to question {number}: {title}',

  stateNone: 'Not started',
  stateTrying: 'In progress',
  stateFailing: 'To look at again',
  statePassing: 'Tests passed',
  stateAnswered: 'Answered',

  allPassed: 'All {count} visible tests have passed.',
  onePassed: 'The visible test has passed.',
  somePassed: '{passed} of {count} tests passed.',
  nonePassed: 'No test has passed yet.',
  noTests: 'Your code runs without error. There is no visible test: your teacher will check.',
  moreTests: 'Other tests may be run once you have handed in.',
  stoppedByError: 'Your code stops with an error.',
  unanswered: 'Your answer is not written yet.',
  answered: 'Answer noted. You can change it until you hand in.',
  notAnswered: 'You have not answered yet.',
  partlyAnswered: 'Some lines have no answer yet.',
  stale: 'The answer has changed since this check.',
  atLine: 'Line {line}',
  passed: 'Passed',
  failed: 'To look at again',
  notRun: 'Not run',
  sameError: 'The same error as above.',
  nextStep: 'What to do',
  teacherSays: 'The test’s note',

  shouldGive: '{code} should give {expected}, but gives {got}.',
  givesNothing: '{code} should give {expected}, but returns nothing (None).',
  shouldNotGive: '{code} should not give {got}.',
  shouldBeClose: '{code} should give about {expected}, but gives {got}.',
  shouldBeType: '{code} should be of type {expected}, but is {type}.',
  shouldBeTrue: '{code} should be true, but gives {got}.',
  shouldBeFalse: '{code} should be false, but gives {got}.',
  shouldBeOrder: '{code} should be {sign} {expected}, but gives {got}.',
  shouldBeIn: '{code} should be one of {expected}, but gives {got}.',
  shouldNotBeIn: '{code} should not be one of {expected}, but gives {got}.',
  shouldContain: '{code} should contain {expected}, but gives {got}.',
  shouldNotContain: '{code} should not contain {expected}, but gives {got}.',
  didNotHold: 'This test did not pass: {code}',
  nextReturn: 'Does the function end with return in every case? print shows, but returns nothing.',
  nextType: 'The type is not the right one: this is {got}, {expected} is needed.',
  nextCase: 'Only capitals differ.',
  nextSpace: 'Only spaces or punctuation differ.',
  nextLength: 'The result has {got} {got|element|elements}; {expected} are needed.',
  nextSign: 'The value is right but for its sign.',
  nextRound: 'Almost: look at the rounding.',
  nextByHand: 'Do this example by hand, then show the steps with print and compare.',

  answerOf: 'Answer to: {title}',
  yourAnswer: 'Your answer',
  yourNumber: 'Your answer (a number)',
  notANumber: 'This does not begin with a number.',
  chooseOne: 'One answer only',
  chooseSeveral: 'One or several answers',
  choose: 'Choose…',
  goesWith: '{left} goes with',
  file: 'File to hand in',
  fileAccept: 'Accepted: {list}. First add the file to the project with the Files button.',
  fileAny: 'First add the file to the project with the Files button.',
  fileMissing: '{name} (not in the project)',

  hint: 'Hint',
  hintFree: 'Hint (free)',
  hintCost: 'Hint (−{cost} {cost|point|points})',
  hintTitle: 'See the hint?',
  hintBody: 'This hint costs {cost} {cost|point|points}, once.',
  hintYes: 'See the hint',
  hintFailed: 'The hint could not be read. Check your connection.',
  hintEmpty: 'There is no hint for this question.',
  cancel: 'Cancel',

  help: 'I need help',
  helpName: 'I need help: {title}',
  handUp: 'Hand raised',
  handRaised: 'Your hand is raised: your teacher sees it.',
  handLowered: 'Your hand is lowered.',
  handAt: 'Hand raised for: {title}',
  lowerHand: 'Lower the hand'
};

export const words: Record<Language, Record<Word, string>> = { fr, en };

export type Say = (key: Word, values?: Record<string, string | number>) => string;

/**
 * The words of one language. `{name}` is replaced by its value, `{name|one|many}` agrees with it:
 * French is singular below 2, English at 1 only.
 */
export function speaker(language: Language): Say {
  return (key, values = {}) => fill(words[language][key], values, language);
}

/** A sentence with its holes filled, as {@link speaker} says. */
export function fill(text: string, values: Record<string, string | number>, language: Language): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (hole, name, one, many) => {
    if (!Object.hasOwn(values, name)) {
      return hole;
    }
    const count = Number(values[name]);
    const isOne = language === 'fr' ? Math.abs(count) < 2 : count === 1;
    return one === undefined ? number(values[name], language) : isOne ? one : many;
  });
}

function number(value: string | number, language: Language): string {
  return typeof value === 'number'
    ? value.toLocaleString(language, { maximumFractionDigits: 2 })
    : value;
}
