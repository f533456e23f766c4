/** {@code ./sluice prove}: the promises under load and faults, on a stack of its own. */
package dev.sluice.testing.prove;
