/** JMH benchmarks of the kernel's parts, in its package because the parts are not public. */
package dev.tutti.kernel;
