// The console of one node: asks the same addresses that the command line asks, every two seconds.
import {ask, byId, count, element, seconds, show, table} from './page.js';
import {draw} from './charts.js';
import * as letters from './letters.js';

const EVERY_MILLIS = 2_000;
const SECTIONS = ['flow', 'lag', 'letters', 'alerts'];

function drawStatus(status) {
  byId('node').textContent = status.node;
  byId('ready').textContent = status.ready ? 'ready' : 'not ready';
  byId('ready').className = 'badge ' + (status.ready ? 'good' : 'bad');
  byId('lag-total').textContent = status.lag === null ? `lag unknown: ${status.lagReason}` : `lag ${count(status.lag)}`;
  show('verticles', table([{name: 'verticle', of: each => each.name}, {name: 'instances', of: each => each.instances, number: true}],
    status.verticles));
}

function drawReadiness(readiness) {
  show('components', table([
    {name: 'part', of: ([name]) => name},
    {name: 'state', of: ([, part]) => element('span', {class: part.up ? 'good' : 'bad'}, part.up ? 'up' : 'down')},
    {name: 'why', of: ([, part]) => part.reason},
  ], Object.entries(readiness.components)));
}

const verdict = row => element('span', {class: row.verdict === 'OK' ? 'good' : 'bad'}, row.verdict);

function drawLag(report) {
  show('lag-topics', table([
    {name: 'group', of: row => row.group}, {name: 'topic', of: row => row.topic},
    {name: 'lag', of: row => count(row.lag), number: true},
    {name: 'worked off in', of: row => row.lag === 0 ? '' : row.drainSeconds === null ? 'grows' : seconds(row.drainSeconds), number: true},
    {name: 'partitions', of: row => row.partitions, number: true}, {name: 'members', of: row => row.members, number: true},
  ], report.topics));
  const all = byId('lag-all').checked;
  show('lag-partitions', table([
    {name: 'group', of: row => row.group}, {name: 'topic', of: row => row.topic},
    {name: 'partition', of: row => row.partition, number: true},
    {name: 'committed', of: row => row.committed ?? 'none', number: true}, {name: 'end', of: row => row.end, number: true},
    {name: 'lag', of: row => row.lag === null ? 'none' : count(row.lag), number: true},
    {name: 'oldest', of: row => seconds(row.seconds), number: true},
    {name: 'parked', of: row => row.parked, number: true},
    {name: 'verdict', of: verdict}, {name: 'why', of: row => row.reason},
  ], report.partitions.filter(row => all || row.lag !== 0 || row.verdict !== 'OK')));
}

function drawAlerts({alerts}) {
  const firing = alerts.filter(alert => alert.state === 'firing').length;
  byId('alerts-firing').textContent = firing || '';
  show('alerts-list', alerts.length ? table([
    {name: 'alert', of: alert => alert.alert}, {name: 'severity', of: alert => alert.severity},
    {name: 'state', of: alert => element('span', {class: alert.state === 'firing' ? 'bad' : ''}, alert.state)},
    {name: 'since', of: alert => alert.since}, {name: 'what', of: alert => alert.meaning},
    {name: 'labels', of: alert => Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`).join(' ')},
    {name: 'runbook', of: alert => alert.runbook},
  ], alerts) : element('p', {class: 'note'}, 'Nothing is wrong, as far as the alerts know.'));
}

async function metrics() {
  const answer = await fetch('/metrics', {signal: AbortSignal.timeout(30_000)});
  if (!answer.ok) {
    throw new Error(`/metrics: status ${answer.status}`);
  }
  show('charts', ...draw(await answer.text(), performance.now()));
}

async function readiness() {
  const answer = await fetch('/health/ready', {signal: AbortSignal.timeout(30_000)});
  drawReadiness(await answer.json());
}

/** All at once; what does not answer is named, and the rest is drawn. */
async function look() {
  const parts = [
    ask('/admin/status').then(drawStatus), readiness(), metrics(),
    ask('/admin/lag').then(drawLag), ask('/admin/alerts').then(drawAlerts),
  ];
  const failed = (await Promise.allSettled(parts)).filter(part => part.status === 'rejected').map(part => part.reason.message);
  byId('trouble').hidden = failed.length === 0;
  byId('trouble').textContent = failed.join('; ');
}

function turn() {
  const wanted = SECTIONS.includes(location.hash.slice(1)) ? location.hash.slice(1) : SECTIONS[0];
  SECTIONS.forEach(section => byId(section).hidden = section !== wanted);
  document.querySelectorAll('nav a').forEach(link => link.toggleAttribute('aria-current', link.hash === '#' + wanted));
  window.scrollTo(0, 0);
  if (wanted === 'letters') {
    letters.open();
  }
}

async function go() {
  if (!document.hidden) {
    await look();
  }
  setTimeout(go, EVERY_MILLIS);
}

window.addEventListener('hashchange', turn);
turn();
go();
