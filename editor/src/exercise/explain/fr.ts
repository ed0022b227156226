/** Errors explained in French: what happened, then where to look. `{hole}`s are filled by the rules. */

/** `what` happened, and the `next` step. */
export type Sentence = readonly [what: string, next: string];

export const fr = {
  tabs: [
    'Le début de certaines lignes mélange des tabulations et des espaces.',
    'Effacez le début de ces lignes et décalez-les avec des espaces seulement (4 par niveau).'
  ],
  indentMissing: [
    'La ligne qui suit un « : » (après if, for, while, def…) doit être décalée vers la droite.',
    'Décalez de 4 espaces les lignes qui appartiennent au bloc.'
  ],
  indentExtra: [
    'Cette ligne est décalée vers la droite, mais rien ne le demande.',
    'Alignez-la avec la ligne du dessus, ou vérifiez que celle-ci se termine par « : ».'
  ],
  indentUneven: [
    'Le décalage de cette ligne ne correspond à aucune des lignes du dessus.',
    'Alignez-la exactement avec les lignes du même bloc.'
  ],
  colon: [
    'Il manque « : » à la fin de cette ligne.',
    'Les lignes qui commencent par if, else, for, while ou def se terminent par « : ».'
  ],
  neverClosed: [
    'Un « {sign} » a été ouvert et jamais refermé.',
    'Comptez les signes ouvrants et fermants de cette ligne et de la suivante.'
  ],
  mismatched: [
    'Le « {sign} » qui ferme ne va pas avec le « {other} » qui est ouvert.',
    'Fermez d’abord ce qui a été ouvert en dernier, avec le signe de la même famille.'
  ],
  unmatched: [
    'Il y a un « {sign} » de trop : rien n’est ouvert avant lui.',
    'Enlevez-le, ou ajoutez le signe ouvrant qui manque.'
  ],
  stringOpen: [
    'Un texte est commencé par un guillemet et n’est pas terminé.',
    'Ajoutez le même guillemet à la fin du texte. Une apostrophe dans un texte entre apostrophes le termine trop tôt.'
  ],
  equals: [
    'Un seul « = » donne une valeur à une variable ; ici, Python attend une comparaison.',
    'Pour comparer deux valeurs, écrivez « == ».'
  ],
  assignTo: [
    'À gauche de « = », il faut le nom d’une variable.',
    'Vérifiez le sens : nom = valeur. Pour comparer, c’est « == ».'
  ],
  printParens: [
    'Il manque des parenthèses à {name}.',
    'Écrivez {name}(…), avec entre les parenthèses ce qui est à afficher.'
  ],
  comma: [
    'Python ne comprend pas cette ligne : il y manque peut-être une virgule.',
    'Regardez entre les valeurs, juste avant l’endroit indiqué.'
  ],
  keyword: [
    'Un mot de Python est sans doute mal écrit : vouliez-vous dire « {name} » ?',
    'Comparez lettre par lettre.'
  ],
  outsideFunction: [
    '« {name} » n’a de sens qu’à l’intérieur d’une fonction.',
    'Vérifiez que la ligne est décalée sous son « def ».'
  ],
  outsideLoop: [
    '« {name} » n’a de sens qu’à l’intérieur d’une boucle.',
    'Vérifiez que la ligne est décalée sous son « for » ou son « while ».'
  ],
  zeros: ['Un nombre entier ne commence pas par 0.', 'Enlevez les zéros du début.'],
  numberName: [
    'Un nom de variable ne commence pas par un chiffre, et un nombre ne contient pas de lettre.',
    'Choisissez un nom qui commence par une lettre, ou vérifiez le nombre.'
  ],
  sign: [
    'Le signe « {sign} » n’est pas un signe de Python.',
    'Il vient souvent d’un copier-coller. Tapez le signe voulu au clavier : " \' - * /'
  ],
  tryAlone: ['Un « try » doit être suivi d’un « except ».', 'Ajoutez le bloc except, aligné sous try.'],
  elseMissing: [
    'La forme courte « valeur if condition else autre » a besoin de son « else ».',
    'Complétez-la, ou écrivez le if sur plusieurs lignes.'
  ],
  argumentOrder: [
    'Les valeurs sans nom viennent avant celles qui ont un nom (nom=valeur).',
    'Changez l’ordre entre les parenthèses.'
  ],
  fstring: [
    'Dans un texte f"…", ce qui est entre accolades n’est pas compris.',
    'Vérifiez les accolades { } et les guillemets à l’intérieur.'
  ],
  incomplete: [
    'Le code s’arrête au milieu d’une instruction.',
    'Terminez la dernière ligne : parenthèse, guillemet ou bloc qui manque.'
  ],
  syntax: [
    'Python ne comprend pas cette ligne.',
    'Relisez-la signe par signe, et aussi la fin de la ligne du dessus : parenthèse, guillemet, virgule ou « : ».'
  ],
  unbound: [
    'La variable « {name} » est utilisée dans la fonction avant d’y recevoir une valeur.',
    'Donnez-lui une valeur au début de la fonction, ou passez-la en paramètre.'
  ],
  nameUnknown: [
    'Python ne connaît pas le nom « {name} ».',
    'Vérifiez que la cellule qui le définit a été exécutée. Si c’est un texte, il lui faut des guillemets.'
  ],
  nameNear: [
    'Python ne connaît pas le nom « {name} ». Un nom proche existe : « {near} ».',
    'Comparez les deux lettre par lettre : majuscules, accents, lettres oubliées.'
  ],
  attributeNone: [
    'On demande « .{name} » à une valeur vide (None).',
    'Cherchez d’où vient cette valeur : souvent une fonction sans return, ou qui modifie sur place.'
  ],
  attributeModule: [
    'Le module « {type} » n’a rien qui s’appelle « {name} ».',
    'Vérifiez le nom dans la documentation. Un fichier du projet porte-t-il le même nom que le module ?'
  ],
  attributeUnknown: [
    'Une valeur de type {type} n’a pas de « .{name} ».',
    'Vérifiez le nom, et que la variable contient bien ce que vous pensez (affichez-la).'
  ],
  attributeNear: [
    '« .{name} » n’existe pas ici. Un nom proche existe : « .{near} ».',
    'Comparez les deux lettre par lettre.'
  ],
  module: [
    'Le module « {name} » n’est pas disponible ici.',
    'Vérifiez l’orthographe, ou demandez à votre professeur quel module utiliser.'
  ],
  moduleNear: [
    'Le module « {name} » n’existe pas. Un nom proche existe : « {near} ».',
    'Corrigez la ligne import.'
  ],
  importName: [
    'Le module « {type} » ne contient pas « {name} ».',
    'Vérifiez l’orthographe et les majuscules.'
  ],
  operands: [
    'L’opération « {sign} » n’existe pas entre {type} et {other}.',
    'Affichez les deux valeurs. L’une d’elles est peut-être à convertir avec int(), float() ou str().'
  ],
  operandNone: [
    'L’une des deux valeurs est vide (None) : on ne peut pas calculer avec.',
    'Cherchez d’où elle vient : souvent une fonction sans return.'
  ],
  joinText: [
    'On ne peut pas coller un texte et {type} avec « + ».',
    'Convertissez avec str(), ou affichez les deux avec une virgule.'
  ],
  joinList: [
    'Avec « + », une liste ne se colle qu’à une autre liste, pas à {type}.',
    'Pour ajouter un seul élément, cherchez la méthode qui ajoute à la fin.'
  ],
  notCallable: [
    'Des parenthèses suivent {type}, qui n’est pas une fonction.',
    'Il manque peut-être un signe * avant la parenthèse, ou une variable porte le nom d’une fonction.'
  ],
  notIterable: [
    'On ne peut pas parcourir {type}.',
    'Une boucle for parcourt une liste, un texte ou range(…). Affichez la valeur qui suit « in ».'
  ],
  notIterableNone: [
    'On veut parcourir une valeur vide (None).',
    'Cherchez d’où elle vient : souvent une fonction sans return.'
  ],
  notIndexed: [
    'Des crochets [ ] suivent {type}, qui n’a pas d’éléments.',
    'Vérifiez que la variable est bien une liste, un texte ou un dictionnaire (affichez-la).'
  ],
  notIndexedNone: [
    'Des crochets [ ] suivent une valeur vide (None).',
    'Cherchez d’où elle vient : souvent une fonction sans return.'
  ],
  notChanged: [
    'On ne peut pas changer un élément à l’intérieur de {type}.',
    'Fabriquez une nouvelle valeur, ou utilisez une liste.'
  ],
  argumentsMissing: [
    'Il manque {count} valeur(s) entre les parenthèses de {name} : {what}.',
    'Comparez l’appel avec la ligne def de la fonction.'
  ],
  argumentsMany: [
    '{name} reçoit {given} valeurs, mais n’en attend pas autant ({count}).',
    'Comparez l’appel avec la ligne def de la fonction.'
  ],
  argumentUnknown: [
    '{name} n’a pas de paramètre appelé « {what} ».',
    'Comparez l’appel avec la ligne def de la fonction.'
  ],
  indexType: [
    'Entre crochets, il faut un nombre entier ; ici c’est {type}.',
    'Pour parcourir les éléments, for x in liste donne les éléments ; range(len(liste)) donne leurs numéros.'
  ],
  compareTypes: [
    '« {sign} » ne compare pas {type} et {other}.',
    'Affichez les deux valeurs. L’une d’elles est peut-être un texte à convertir en nombre.'
  ],
  noLength: ['len() ne s’applique pas à {type}.', 'Affichez la valeur : est-ce bien une liste ou un texte ?'],
  needsInteger: [
    'Il faut ici un nombre entier ; c’est {type}.',
    'Une division « / » donne toujours un nombre à virgule ; « // » donne un entier.'
  ],
  convert: [
    '{name}() ne sait pas convertir {type}.',
    'Affichez la valeur entre les parenthèses : est-ce bien un texte ou un nombre ?'
  ],
  unhashable: [
    '{type} ne peut pas servir de clé de dictionnaire ni d’élément d’ensemble.',
    'Utilisez un nombre, un texte ou un tuple.'
  ],
  badOperand: [
    'Ce calcul ne se fait pas avec {type}.',
    'Affichez la valeur : est-ce bien un nombre ?'
  ],
  type: [
    'Une valeur n’est pas du type qu’il faut ({message}).',
    'Affichez les valeurs de cette ligne et leur type avec type(…).'
  ],
  indexEmpty: [
    'On veut prendre un élément dans une liste vide.',
    'Affichez la liste juste avant cette ligne. Quel cas la rend vide ?'
  ],
  index: [
    'Le numéro entre crochets est trop grand : il n’y a pas d’élément à cette place.',
    'Les places vont de 0 à la longueur moins 1. Affichez le numéro et len(…) juste avant.'
  ],
  key: [
    'La clé {message} n’est pas dans le dictionnaire.',
    'Affichez les clés du dictionnaire et comparez : orthographe, majuscules, texte ou nombre.'
  ],
  zero: [
    'Il y a une division par zéro.',
    'Cherchez ce qui vaut 0 sous la division. Que doit faire le programme dans ce cas ?'
  ],
  integerText: [
    'Le texte {what} ne peut pas devenir un nombre entier.',
    'int() n’accepte que des chiffres. Pour un nombre à virgule, c’est float() et un point.'
  ],
  numberText: [
    'Le texte {what} ne peut pas devenir un nombre.',
    'Un nombre à virgule s’écrit avec un point. Vérifiez aussi les espaces et les lettres.'
  ],
  unpackMany: [
    'Il y a plus de valeurs que de variables ({count}) à gauche de « = ».',
    'Comptez les valeurs à droite et les variables à gauche.'
  ],
  unpackFew: [
    'Il y a {count} variables à gauche de « = », mais {given} valeur(s) à droite.',
    'Comptez les valeurs à droite et les variables à gauche.'
  ],
  domain: [
    'Ce calcul n’existe pas pour cette valeur (racine ou logarithme d’un nombre négatif ?).',
    'Affichez la valeur juste avant le calcul.'
  ],
  notFound: [
    'La valeur cherchée n’est pas là.',
    'Testez d’abord avec « in » si elle y est.'
  ],
  empty: [
    'On demande un résultat à une liste vide.',
    'Affichez la liste juste avant. Que doit faire le programme quand elle est vide ?'
  ],
  shapes: [
    'Les deux tableaux n’ont pas la même taille.',
    'Affichez la taille de chacun (len(…) ou .shape).'
  ],
  value: [
    'Une valeur n’est pas acceptée : {message}.',
    'Affichez les valeurs de cette ligne juste avant.'
  ],
  recursion: [
    'La fonction s’appelle elle-même sans jamais s’arrêter.',
    'Quel est le cas simple où elle répond sans se rappeler ? Vérifiez qu’on y arrive.'
  ],
  unanswered: [
    'La réponse n’est pas encore écrite.',
    'Remplacez la ligne raise NotImplementedError() par votre réponse.'
  ],
  assertion: ['Une vérification n’est pas passée.', 'Comparez ce que donne votre code avec ce qui est demandé.'],
  file: [
    'Le fichier {what} n’existe pas dans le projet.',
    'Vérifiez son nom dans la liste des fichiers : majuscules, accents, extension.'
  ],
  stopped: [
    'L’exécution a été arrêtée avant la fin.',
    'Si elle ne finissait pas : la condition d’une boucle while devient-elle fausse un jour ?'
  ],
  memory: [
    'Il n’y a plus assez de mémoire.',
    'Une liste ou un texte grandit-il sans fin dans une boucle ?'
  ],
  overflow: ['Le résultat est trop grand pour être calculé.', 'Affichez les valeurs juste avant le calcul.'],
  changedSize: [
    'La collection change de taille pendant qu’on la parcourt.',
    'Parcourez une copie, ou construisez une nouvelle collection.'
  ],
  noInput: ['Le programme attendait une réponse au clavier.', 'Exécutez la cellule et répondez dans le champ.'],
  exhausted: ['Il n’y a plus de valeur suivante.', 'Une boucle for s’arrête d’elle-même à la fin.'],
  exit: ['exit() arrête le programme.', 'Enlevez cet appel : une fonction se termine avec return.'],
  other: [
    'Python s’est arrêté avec l’erreur {error} : {message}',
    'Lisez la dernière ligne de l’erreur, puis la ligne indiquée.'
  ]
} satisfies Record<string, Sentence>;

export type Code = keyof typeof fr;

/** Types as pupils know them, with their article. */
export const types: Record<string, string> = {
  str: 'un texte (str)',
  int: 'un nombre entier (int)',
  float: 'un nombre à virgule (float)',
  complex: 'un nombre complexe',
  bool: 'un booléen (bool)',
  list: 'une liste (list)',
  tuple: 'un tuple',
  dict: 'un dictionnaire (dict)',
  set: 'un ensemble (set)',
  NoneType: 'une valeur vide (None)',
  function: 'une fonction',
  builtin_function_or_method: 'une fonction',
  method: 'une méthode',
  module: 'un module',
  type: 'un type',
  range: 'un range',
  ndarray: 'un tableau numpy'
};
