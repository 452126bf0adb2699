/** Starting and stopping the actor systems of a cluster: embedded, as coordinator, as worker. */
package dev.tutti.app.cluster;
