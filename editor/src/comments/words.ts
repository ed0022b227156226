/** The words of comments, with their holes filled. */
import { fill } from '../exercise/words';
import type { Language } from '../tokens';
import { commentsCatalogue, type Word } from './catalogue';

export type Say = (word: Word, values?: Record<string, string | number>) => string;

export function speaker(language: Language): Say {
  return (word, values = {}) => fill(commentsCatalogue[language][word], values, language);
}
