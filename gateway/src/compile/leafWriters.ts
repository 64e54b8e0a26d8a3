/**
 * The code that writes leaf values, part of every generated writer: appends JSON, or returns false (by `fault`) for what the type does not allow. The same
 * values pass as in Apollo's gateway: numbers have to be finite, an Int and a number in the place of an ID have to be whole, and a custom scalar may be anything that is
 * not nested too deeply to be written: `JSON.stringify` goes down by recursion, `JSON.parse` does not.
 */
export const leafWriters = `
function writeString(v) { return typeof v === 'string' ? text(v) : fault(); }
function writeInt(v) { return typeof v === 'number' && Number.isInteger(v) ? characters('' + v) : fault(); }
function writeFloat(v) { return typeof v === 'number' && Number.isFinite(v) ? characters('' + v) : fault(); }
function writeBoolean(v) { return v === true ? characters('true') : v === false ? characters('false') : fault(); }
function writeID(v) { return typeof v === 'string' ? text(v) : typeof v === 'number' && Number.isInteger(v) ? characters('' + v) : fault(); }
function writeCustom(v) {
  if (typeof v === 'string') return text(v);
  let json;
  try { json = JSON.stringify(v); } catch { return fault(); }
  return characters(json);
}
`;
