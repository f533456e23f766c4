/** Faults of real processes and connections, and the schedule that brings them about. */
package dev.sluice.testing.fault;
