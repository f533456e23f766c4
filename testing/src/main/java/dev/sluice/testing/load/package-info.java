/** What is published in a proof, and the record of what was acknowledged. */
package dev.sluice.testing.load;
