/** The actors of the coordinator. */
package dev.tutti.coordinator.actor;
