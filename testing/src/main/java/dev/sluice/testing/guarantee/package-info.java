/**
 * What Sluice promises, a class each, judged from outside: by what was acknowledged, what stands in Kafka and PostgreSQL,
 * and what the operating system says of the processes. {@code docs/guarantees.md} has a heading for each.
 */
package dev.sluice.testing.guarantee;
