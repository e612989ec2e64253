// The answers of the audit desk by metric id, and the comment on the whole by WHOLE. Each has its fields by the first
// letter of their names: a answer, n number, r reason, c comment.

export const WHOLE = "";
const NAMES = ["a", "n", "r", "c"];

const plain = (text) => (text ?? "").replaceAll("\r\n", "\n").trim();

export const isSame = (one, other) => NAMES.every((name) => plain(one?.[name]) === plain(other?.[name]));

// The answers in the fields of a form; the other way round, the fields of some answers.
export function answersOf(fields) {
  const found = {};
  for (const [name, value] of Object.entries(fields)) {
    const [id, letter] = name === "comment" ? [WHOLE, "c"] : [name.slice(2), name.slice(0, 1)];
    found[id] = { ...found[id], [letter]: value };
  }
  return found;
}

export function fieldsOf(answers) {
  return Object.entries(answers).flatMap(([id, one]) =>
    id === WHOLE ? [["comment", one.c]] : NAMES.map((name) => [`${name}-${id}`, one[name] ?? ""]),
  );
}

// What differs between answers: their ids.
export const changedIn = (answers, base) => Object.keys(answers).filter((id) => !isSame(answers[id], base[id]));

export const picked = (answers, ids) => Object.fromEntries(ids.map((id) => [id, answers[id]]));
