/** What the editor says about the teacher's messages and hints. */
export const noticesCatalogue = {
  fr: {
    notices: 'Messages',
    noticesNew: 'Messages ({count} à lire)',
    noticesSentToPupil: 'Ce que l’élève a reçu',
    noticeMessage: 'Message de {name}',
    noticeHint: 'Indice de {name}',
    noticeHintFor: 'Indice de {name} pour «\u00a0{question}\u00a0»',
    noticeRead: 'Lu',
    noticeMore: '(et {count} à lire ensuite)',
    noticeGo: 'Aller à la question',
    noticeSeen: 'lu',
    noticeUnseen: 'pas encore lu',
    noticeWrite: 'Envoyer un message à l’élève',
    copyShow: 'Montrer à la classe (sans nom)'
  },
  en: {
    notices: 'Messages',
    noticesNew: 'Messages ({count} to read)',
    noticesSentToPupil: 'What the pupil was sent',
    noticeMessage: 'Message from {name}',
    noticeHint: 'Hint from {name}',
    noticeHintFor: 'Hint from {name} for “{question}”',
    noticeRead: 'Got it',
    noticeMore: '(and {count} to read after it)',
    noticeGo: 'Go to the question',
    noticeSeen: 'read',
    noticeUnseen: 'not read yet',
    noticeWrite: 'Send the pupil a message',
    copyShow: 'Show to the class (no name)'
  }
};
