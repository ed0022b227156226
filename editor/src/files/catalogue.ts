/** What the editor says about the project's files. */
export const filesCatalogue = {
  fr: {
    files: 'Fichiers',
    filesOf: 'Fichiers du projet',
    thisFile: '(ouvert ici)',
    newTab: 'Ouvrir dans un autre onglet',
    addFiles: 'Ajouter des fichiers…',
    addingFile: 'Envoi de {name}…',
    addedFiles: 'Ajouté\u00a0: {names}.',
    replaceTitle: 'Remplacer «\u00a0{name}\u00a0»\u202f?',
    replaceBody: 'Un fichier de ce nom est déjà dans le projet. Son contenu sera remplacé pour tout le monde.',
    replace: 'Remplacer',
    preview: 'Aperçu',
    asTable: 'Tableau',
    delimiter: 'Délimiteur',
    editText: 'Modifier le texte',
    textFile: 'Texte du fichier'
  },
  en: {
    files: 'Files',
    filesOf: 'Files of the project',
    thisFile: '(open here)',
    newTab: 'Open in another tab',
    addFiles: 'Add files…',
    addingFile: 'Sending {name}…',
    addedFiles: 'Added: {names}.',
    replaceTitle: 'Replace “{name}”?',
    replaceBody: 'The project has a file of this name. Its content will be replaced for everybody.',
    replace: 'Replace',
    preview: 'Preview',
    asTable: 'Table',
    delimiter: 'Delimiter',
    editText: 'Edit the text',
    textFile: 'Text of the file'
  }
};
