"""From particles to the nodes of a regular lattice and back."""

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.compiled import compiled

Array = NDArray[np.float64]
Strides = tuple[int, int, int]


@compiled
def deposit(places: Array, values: Array, strides: Strides, count: int) -> Array:
    """Sums of what particles give to the eight nodes around each of them.

    Args:
        places: [N, 3], in cells from the first node; none outside the lattice.
        values: [N].
        strides: of a flat index along x, y and z.
        count: nodes.

    Returns:
        [count].
    """
    sums = np.zeros(count)
    for particle in range(len(places)):
        x, y, z = places[particle]
        i, j, k = int(x), int(y), int(z)
        node = i * strides[0] + j * strides[1] + k * strides[2]
        for step in range(2):
            along_x = values[particle] * abs(1 - step - (x - i))
            for turn in range(2):
                along_y = along_x * abs(1 - turn - (y - j))
                corner = node + step * strides[0] + turn * strides[1]
                sums[corner] += along_y * (1 - (z - k))
                sums[corner + strides[2]] += along_y * (z - k)
    return sums


@compiled
def gather(places: Array, fields: tuple[Array, Array, Array], strides: Strides) -> Array:
    """Three fields [count] at the particles.

    Args:
        places: [N, 3], in cells from the first node; none outside the lattice.
        fields: values at the nodes.
        strides: of a flat index along x, y and z.

    Returns:
        [3, N].
    """
    first, second, third = fields
    found = np.zeros((3, len(places)))
    for particle in range(len(places)):
        x, y, z = places[particle]
        i, j, k = int(x), int(y), int(z)
        node = i * strides[0] + j * strides[1] + k * strides[2]
        for step in range(2):
            for turn in range(2):
                for rise in range(2):
                    corner = node + step * strides[0] + turn * strides[1] + rise * strides[2]
                    weight = abs(1 - step - (x - i)) * abs(1 - turn - (y - j)) * abs(1 - rise - (z - k))
                    found[0, particle] += weight * first[corner]
                    found[1, particle] += weight * second[corner]
                    found[2, particle] += weight * third[corner]
    return found


@compiled
def conjugate_gradients(
    diagonal: Array,
    couplings: tuple[Array, Array, Array],
    strides: Strides,
    source: Array,
    guess: Array,
    tolerance: float,
    most_iterations: int,
) -> Array:
    """Solve a symmetric system whose unknowns are coupled to their neighbours along three axes.

    Args:
        diagonal: [count], of the matrix; 1 where there is no unknown.
        couplings: three of [count], the negative elements between a node and the one a stride before.
        strides: of a flat index along x, y and z.
        source: [count], the right-hand side; zero where there is no unknown.
        guess: [count], to begin with; zero where there is no unknown.
        tolerance: of the residual's length over the source's.
        most_iterations: after which what is reached counts.

    Returns:
        [count].
    """
    count = len(diagonal)
    solution, product = guess.copy(), np.zeros(count)
    residual, direction = np.zeros(count), guess.copy()
    enough = tolerance * tolerance * np.dot(source, source)
    size = 0.0
    for iteration in range(most_iterations + 1):
        product[:] = diagonal * direction
        for axis in range(3):
            coupling, stride = couplings[axis], strides[axis]
            for node in range(stride, count):
                product[node] -= coupling[node] * direction[node - stride]
                product[node - stride] -= coupling[node] * direction[node]
        if iteration == 0:
            residual[:] = source - product
        else:
            step = size / np.dot(direction, product)
            solution += step * direction
            residual -= step * product
        if np.dot(residual, residual) <= enough:
            break
        scaled = residual / diagonal
        before, size = size, np.dot(residual, scaled)
        direction = scaled if iteration == 0 else scaled + (size / before) * direction
    return solution
