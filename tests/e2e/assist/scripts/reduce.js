const [events, done] = arguments;
const from = document.querySelector("link[rel=modulepreload][href$='/store.js']").href;
import(from).then(({ current, nothing, reduce, rowsOf, waiting }) => {
  const states = events.reduce((all, event) => [...all, reduce(all.at(-1), event)], [nothing()]).slice(1);
  const rows = states.reduce((all, state) => [...all, rowsOf(state, all.at(-1) ?? [])], []);
  done(states.map((state, at) => ({
    seq: state.seq,
    messages: [...state.messages.keys()],
    current: current(state),
    waiting: waiting(state),
    rows: rows[at].map((row) => [row.key, row.joins]),
    kept: at ? rows[at].filter((row) => rows[at - 1].includes(row)).length : 0,
  })));
}).catch((error) => done(String(error)));
