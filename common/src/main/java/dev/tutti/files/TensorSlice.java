package dev.tutti.files;

import java.util.List;

/**
 * A tensor of a file, and where it lies in memory.
 *
 * @param name its name in the file
 * @param shape its sizes
 * @param offset index of its first value in the block that it belongs to, such as that of the parameters
 * @param length number of its values
 */
public record TensorSlice(String name, List<Integer> shape, int offset, int length) {}
