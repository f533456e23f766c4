// Reads Prometheus' text form and draws what has changed: a line for each chart, a figure for each group.
import {count, element} from './page.js';

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const KEPT = 120;
const MIB = 1024 * 1024;

/** @return `{name, labels, value}` of each sample */
export function samples(text) {
  return text.split('\n').filter(line => line && line[0] !== '#').map(line => SAMPLE.exec(line)).filter(Boolean)
    .map(([, name, labels, value]) => ({
      name, value: Number(value),
      labels: Object.fromEntries([...(labels ?? '').matchAll(LABEL)].map(([, key, of]) => [key, of])),
    })).filter(sample => !Number.isNaN(sample.value));
}

const percent = value => `${(value * 100).toFixed(1)} %`;
const millis = value => `${(value * 1000).toFixed(1)} ms`;
const mib = value => `${(value / MIB).toFixed(2)} MiB`;
const sum = values => values.reduce((all, value) => all + value, 0);
const most = values => values.length ? Math.max(...values) : 0;

/** `of` the metric; `rate`: of its growth a second; `by` the label that tells figures apart; `over` makes one of all. */
const CHARTS = [
  {title: 'Events processed a second', of: 'events_processed_total', rate: true, by: 'group', over: sum, text: count},
  {title: 'Events accepted a second', of: 'gateway_events_total', rate: true, by: 'status', over: sum, text: count},
  {title: 'Lag', of: 'kafka_consumer_lag', by: 'group', over: sum, text: count},
  {title: 'PostgreSQL, p95', of: 'downstream_latency', by: 'group', over: most, text: millis},
  {title: 'Queue', of: 'consumer_queue_depth', by: 'group', over: sum, text: count},
  {title: 'Prefetch budget', of: 'consumer_fetch_size_dynamic', by: 'group', over: sum, text: mib},
  {title: 'Pressure on producers', of: 'consumer_pressure', by: 'group', over: most, text: percent},
  {title: 'Requests throttled', of: 'producer_throttle_ratio', over: most, text: percent},
  {title: 'Circuit breaker (1: open)', of: 'circuit_breaker_open', by: 'service', over: most, text: count},
  {title: 'Failed runs', of: 'consumer_error_rate', by: 'group', over: most, text: percent},
  {title: 'Dead letters in the last hour', of: 'dlq_messages_per_hour', by: 'group', over: sum, text: count},
  {title: 'Parked events', of: 'consumer_parked_events', by: 'group', over: sum, text: count},
  {title: 'Repeats recognised', of: 'duplicate_detection_count', by: 'group', over: sum, text: count},
  {title: 'Connections to PostgreSQL', of: 'pg_pool_active', over: sum, text: count},
];

/** One chart and what it remembers. */
class Chart {
  constructor(about) {
    this.about = about;
    this.line = [];
    this.before = null;
  }

  /** @param at milliseconds */
  add(all, at) {
    const now = new Map();
    for (const sample of all) {
      if (sample.name === this.about.of) {
        const key = sample.labels[this.about.by] ?? '';
        now.set(key, this.about.over([...(now.has(key) ? [now.get(key)] : []), sample.value]));
      }
    }
    this.figures = this.about.rate ? this.growth(now, at) : now;
    this.before = {now, at};
    this.line.push(this.about.over([...this.figures.values()]));
    this.line.splice(0, this.line.length - KEPT);
  }

  growth(now, at) {
    const before = this.before;
    return new Map([...now].map(([key, value]) => [key, before === null ? 0
      : Math.max(0, value - (before.now.get(key) ?? 0)) * 1000 / Math.max(1, at - before.at)]));
  }

  draw() {
    const top = Math.max(...this.line) || 1;
    const points = this.line.map((value, i) => `${KEPT - this.line.length + i},${54 - value / top * 50}`).join(' ');
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', `0 0 ${KEPT} 56`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
    line.setAttribute('points', points);
    svg.append(line);
    const figures = [...this.figures].filter(([key]) => key !== '')
      .flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, this.about.text(value))]);
    return element('figure', {'data-metric': this.about.of},
      element('figcaption', {}, this.about.title, element('b', {}, this.about.text(this.line.at(-1)))),
      svg, element('dl', {}, ...figures));
  }
}

const charts = CHARTS.map(about => new Chart(about));

/** @return a figure for each chart, the newest sample added */
export function draw(text, at) {
  const all = samples(text);
  return charts.map(chart => {
    chart.add(all, at);
    return chart.draw();
  });
}
