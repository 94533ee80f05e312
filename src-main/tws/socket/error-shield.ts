/**
 * The library parses the JSON of an order's rejection without a catch; bad JSON then throws out of the decoder and the frames
 * behind it (a fill among them) are lost. Such JSON is blanked, the message itself kept. Long texts are cut: the library's
 * unescaping is quadratic.
 */

const ERROR_MESSAGE_ID = '4\0';
const MAX_TEXT = 16_384;
/** id, version, request id, code, text, JSON, and the empty end. */
const TEXT_FIELD = 4;
const JSON_FIELD = 5;

export function isErrorFrame(frame: string): boolean {
  return frame.startsWith(ERROR_MESSAGE_ID);
}

export function shieldErrorFrame(frame: string): string {
  const fields = frame.split('\0');
  const text = fields[TEXT_FIELD] ?? '';
  const json = fields.length > JSON_FIELD + 1 ? (fields[JSON_FIELD] ?? '') : '';
  const longText = text.length > MAX_TEXT;
  const badJson = json !== '' && (json.length > MAX_TEXT || !parses(json));
  if (!longText && !badJson) return frame;
  if (longText) fields[TEXT_FIELD] = text.slice(0, MAX_TEXT);
  if (badJson) fields[JSON_FIELD] = '';
  return fields.join('\0');
}

function parses(json: string): boolean {
  try {
    JSON.parse(json.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
