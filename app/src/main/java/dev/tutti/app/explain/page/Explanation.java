package dev.tutti.app.explain.page;

import java.util.Map;

/**
 * Something explained: a page, and its numbers by name. Both are made of the same description.
 *
 * @param page what people read
 * @param values what programs read
 */
public record Explanation(Page page, Map<String, Object> values) {}
