// What every part of the console draws and asks with. Text only ever goes in as text: an event's content is a stranger's.

/** An element; attributes with a function as value are listeners. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      made.addEventListener(name, value);
    } else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(name, value === true ? '' : value);
    }
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

export const byId = id => document.getElementById(id);

export function show(id, ...children) {
  byId(id).replaceChildren(...children);
}

/**
 * @param columns `{name, of, number}`: `of` makes a cell's text or element of a row
 * @param pick    called with a row that was chosen; left out: rows can't be
 */
export function table(columns, rows, pick) {
  const kind = column => column.number ? {class: 'number'} : {};
  const body = rows.map(row => element('tr', pick ? {
    tabindex: 0,
    click: event => event.target.tagName !== 'INPUT' && pick(row),
    keydown: event => event.key === 'Enter' && pick(row),
  } : {}, ...columns.map(column => element('td', kind(column), column.of(row) ?? ''))));
  return element('table', {},
    element('thead', {}, element('tr', {}, ...columns.map(column => element('th', kind(column), column.name)))),
    element('tbody', {}, ...body));
}

/** @return the answer's JSON; throws what the node gives as the reason */
export async function ask(path, options) {
  const answer = await fetch(path, {signal: AbortSignal.timeout(30_000), ...options});
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(body.reason ?? `${path}: status ${answer.status}`);
  }
  return body;
}

export const post = (path, body) => ask(path, {
  method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body),
  signal: AbortSignal.timeout(120_000),
});

export const count = number => number.toLocaleString('en', {maximumFractionDigits: number < 10 ? 2 : 0});

export const seconds = value => value === null || value === undefined ? 'none'
  : value < 120 ? `${value.toFixed(1)} s` : `${count(Math.round(value / 60))} min`;
