/** A page of formulas, tables and pictures, free of any form; and its renderings as text, Markdown and HTML. */
package dev.tutti.app.explain.page;
