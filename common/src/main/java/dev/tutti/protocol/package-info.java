/** The messages between coordinator and worker processes on the control plane. */
package dev.tutti.protocol;
