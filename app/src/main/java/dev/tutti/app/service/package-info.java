/** The training service: jobs and data that are kept on disk, and one job at a time that is trained. Knows nothing of HTTP. */
package dev.tutti.app.service;
