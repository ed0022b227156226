/**
 * Seals what this device keeps, under the key of one person in one project.
 *
 * All notebooks of the editor's origin can read and write its storage. So nothing readable
 * lies there: contents are AES-256-GCM, names are HMACs. Each sealed record is bound to the
 * place where it was put; one that was moved, changed or made by anybody else does not open.
 */
import { base64ToBytes } from '../base64';

const IV = 12;
const text = new TextEncoder();

export interface Cipher {
  /** An opaque name for `label`, the same each time. */
  name(label: string): Promise<string>;
  /** `place` is authenticated, not stored. */
  seal(place: string, data: Uint8Array): Promise<Uint8Array>;
  /** Null for whatever this key did not seal for this place. */
  open(place: string, sealed: Uint8Array): Promise<Uint8Array | null>;
}

/** From the key that the server gave (32 bytes in base64url). Null without WebCrypto, which
 *  browsers keep from pages on plain HTTP, or when the key is none. */
export async function makeCipher(key: string): Promise<Cipher | null> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) {
    return null;
  }
  try {
    const raw = base64ToBytes(key.replace(/-/g, '+').replace(/_/g, '/'));
    if (raw.length !== 32) {
      return null;
    }
    const root = await subtle.importKey('raw', raw as BufferSource, 'HKDF', false, ['deriveKey']);
    const derive = (info: string, wanted: object, uses: KeyUsage[]): Promise<CryptoKey> =>
      subtle.deriveKey(
        { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: text.encode(info) },
        root,
        wanted as AesKeyGenParams,
        false,
        uses
      );
    const [contents, names] = await Promise.all([
      derive('candyce offline contents', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
      derive('candyce offline names', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign'])
    ]);
    return new WebCipher(subtle, contents, names);
  } catch {
    return null;
  }
}

class WebCipher implements Cipher {
  constructor(
    private readonly _subtle: SubtleCrypto,
    private readonly _contents: CryptoKey,
    private readonly _names: CryptoKey
  ) {}

  async name(label: string): Promise<string> {
    const mac = await this._subtle.sign('HMAC', this._names, text.encode(label));
    const bytes = new Uint8Array(mac, 0, 16);
    return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  }

  async seal(place: string, data: Uint8Array): Promise<Uint8Array> {
    const iv = crypto.getRandomValues(new Uint8Array(IV));
    const how = { name: 'AES-GCM', iv, additionalData: text.encode(place) };
    const sealed = await this._subtle.encrypt(how, this._contents, data as BufferSource);
    const whole = new Uint8Array(IV + sealed.byteLength);
    whole.set(iv);
    whole.set(new Uint8Array(sealed), IV);
    return whole;
  }

  async open(place: string, sealed: Uint8Array): Promise<Uint8Array | null> {
    try {
      const how = { name: 'AES-GCM', iv: sealed.slice(0, IV), additionalData: text.encode(place) };
      return new Uint8Array(await this._subtle.decrypt(how, this._contents, sealed.slice(IV)));
    } catch {
      return null;
    }
  }
}
