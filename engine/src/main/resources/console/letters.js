// Dead letters: looking for them, into them, and deciding about them.
import {ask, byId, count, element, post, show, table} from './page.js';

const filterForm = byId('letters-filter');
const actForm = byId('letters-act');
const chosen = new Set();
let filter = {state: 'open'};
let next = 0;

const filled = form => Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));

async function explained(what) {
  try {
    await what();
  } catch (error) {
    byId('letters-progress').value = error.message;
  }
}

function meant() {
  byId('letters-meant').textContent = chosen.size ? `the ${chosen.size} chosen` : 'all that the filter finds';
}

function tick(letter) {
  const box = element('input', {type: 'checkbox', 'aria-label': `choose ${letter.id}`, change: () => {
    box.checked ? chosen.add(letter.id) : chosen.delete(letter.id);
    meant();
  }});
  return letter.state === 'open' ? box : null;
}

const COLUMNS = [
  {name: '', of: tick},
  {name: 'failed at', of: letter => letter.failedAt},
  {name: 'state', of: letter => letter.state},
  {name: 'class', of: letter => letter.errorType},
  {name: 'group', of: letter => letter.group},
  {name: 'type', of: letter => letter.eventType},
  {name: 'entity', of: letter => letter.entity},
  {name: 'error', of: letter => (letter.errorMessage ?? '').split('\n')[0].slice(0, 160)},
  {name: 'retries', of: letter => letter.retryCount, number: true},
  {name: 'id', of: letter => letter.id},
];

async function list(after) {
  const page = await ask('/admin/dlq?' + new URLSearchParams({...filter, after, limit: 50}));
  chosen.clear();
  meant();
  next = page.next;
  byId('letters-more').hidden = next === 0;
  byId('letters-first').hidden = after === 0;
  show('letters-list', page.letters.length
    ? table(COLUMNS, page.letters, letter => explained(() => look(letter.id)))
    : element('p', {class: 'note'}, 'No letters.'));
}

function text(base64) {
  if (base64 === null || base64 === undefined) {
    return '(none)';
  }
  const bytes = Uint8Array.from(atob(base64), each => each.charCodeAt(0));
  try {
    const utf8 = new TextDecoder('utf-8', {fatal: true}).decode(bytes);
    try {
      return JSON.stringify(JSON.parse(utf8), null, 2);
    } catch {
      return utf8;
    }
  } catch {
    return [...bytes.slice(0, 4096)].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
  }
}

async function look(id) {
  const {letter, record} = await ask('/admin/dlq/' + encodeURIComponent(id));
  const facts = [['event', letter.eventId], ['group', letter.group], ['class', letter.errorType],
    ['from', `${letter.originalTopic}-${letter.originalPartition}, offset ${letter.originalOffset}`],
    ['retries', letter.retryCount], ['failed at', letter.failedAt], ['state', letter.state]];
  const fact = [{name: '', of: ([name]) => name}, {name: '', of: ([, value]) => String(value ?? 'unknown')}];
  show('letter', element('h2', {}, letter.id), table(fact, facts),
    element('h2', {}, 'Error'), element('pre', {}, letter.errorMessage ?? ''),
    ...(record === null ? [element('p', {class: 'bad'}, 'Kafka has its record no more: it can only be discarded.')] : [
      element('h2', {}, 'Record'), element('p', {}, `key ${text(record.key)}`), element('pre', {}, text(record.value)),
      element('h2', {}, 'Headers'), table(fact, record.headers.map(header => [header.name, text(header.value)])),
    ]));
}

function confirmed(question) {
  const dialog = byId('confirm');
  byId('confirm-text').textContent = question;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(decided => dialog.addEventListener('close', () => decided(dialog.returnValue === 'yes'), {once: true}));
}

/** A dry run first, which says how many are meant and up to which; then portion after portion. */
async function act(action) {
  const progress = byId('letters-progress');
  const {actor, reason, rate} = filled(actForm);
  const {state, ...rest} = filter;
  const asked = {...(chosen.size ? {ids: [...chosen]} : {filter: rest}), actor, reason, rate: Number(rate ?? 100)};
  if (state !== 'open' && !chosen.size) {
    throw new Error('only open letters can be replayed or discarded: look for those first');
  }
  if (action === 'discard' && !reason) {
    throw new Error('a discard needs a reason');
  }
  const dry = await post('/admin/dlq/' + action, {...asked, dryRun: true});
  if (dry.letters === 0) {
    progress.value = 'no open letter is meant';
    return;
  }
  if (!await confirmed(`${action} ${count(dry.letters)} letters?`)) {
    return;
  }
  let done = 0;
  let missing = 0;
  let after = 0;
  do {
    const portion = await post('/admin/dlq/' + action, {...asked, after, until: dry.last});
    if (portion.refused) {
      throw new Error(`${done} of ${dry.letters} done, then: ${portion.refused}`);
    }
    done += portion.letters;
    missing += portion.missing;
    after = portion.next;
    progress.value = `${action}: ${count(done)} of ${count(dry.letters)}`
      + (missing ? `; ${count(missing)} left open, their record is gone` : '');
  } while (after !== 0);
  await list(0);
  await actions();
}

/** The browser takes the stream to a file itself: this page holds none of it. What is wrong with it, a list says before. */
async function download() {
  const {actor, reason} = filled(actForm);
  if (chosen.size) {
    throw new Error('an export takes all that the filter finds: choose none');
  }
  const {letters} = await ask('/admin/dlq?' + new URLSearchParams({...filter, limit: 1}));
  if (letters.length === 0) {
    throw new Error('the filter finds no letter');
  }
  const asked = new URLSearchParams({...filter, actor, ...(reason && {reason})});
  element('a', {href: '/admin/dlq/export?' + asked, download: 'letters.ndjson'}).click();
  byId('letters-progress').value = 'export: letters.ndjson is being downloaded';
}

async function actions() {
  const page = await ask('/admin/dlq/actions?limit=20');
  show('actions', table([
    {name: 'at', of: action => action.at}, {name: 'who', of: action => action.actor}, {name: 'what', of: action => action.action},
    {name: 'letters', of: action => `${action.letters}/${action.meant}`, number: true},
    {name: 'outcome', of: action => action.outcome}, {name: 'why', of: action => action.reason},
  ], page.actions));
}

filterForm.addEventListener('submit', event => {
  event.preventDefault();
  byId('letters-progress').value = '';
  filter = filled(filterForm);
  explained(() => list(0));
});
actForm.addEventListener('submit', event => {
  event.preventDefault();
  const buttons = [...actForm.querySelectorAll('button')];
  buttons.forEach(button => button.disabled = true);
  const asked = event.submitter.value;
  explained(() => asked === 'export' ? download() : act(asked)).finally(() => buttons.forEach(button => button.disabled = false));
});
byId('letters-more').addEventListener('click', () => explained(() => list(next)));
byId('letters-first').addEventListener('click', () => explained(() => list(0)));

/** The section is on show now. */
export function open() {
  explained(async () => {
    await list(0);
    await actions();
  });
}
