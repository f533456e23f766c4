/** What a proof leaves behind for people: one HTML file with its plots, that asks nothing of the network. */
package dev.sluice.testing.report;
