"""What a class or a function statement is: only another name, or no definition of its own."""

from __future__ import annotations

import ast

from pytest_ssot.syntax.nodes import Definition, name_called

#: What a body may assign without being a body of its own.
_SAYS_NOTHING = frozenset(("__doc__", "__module__", "__qualname__"))
#: Decorators of functions that are no definition of their own, or that nobody calls by name.
_NO_DEFINITIONS = frozenset(("overload", "fixture"))


def find_renamed_base(node: ast.ClassDef) -> ast.expr | None:
    """The one base of *node*, where it adds nothing to it but another name; None where it does.

    With a parameter, a base says more than its name.
    """
    generic = bool(getattr(node, "type_params", ()))
    plain = not (node.keywords or node.decorator_list or generic)
    named = [base for base in node.bases if isinstance(base, ast.Name | ast.Attribute)]
    if plain and len(node.bases) == len(named) == 1 and all(map(_adds_nothing, node.body)):
        return named[0]
    return None


def is_no_definition(node: Definition) -> bool:
    """Whether a decorator says that it is nothing to be called by its name."""
    return any(name_called(one) in _NO_DEFINITIONS for one in node.decorator_list)


def _adds_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
            return isinstance(value, ast.Tuple | ast.List) and not value.elts
        case ast.Assign(targets=targets):
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            return len(names) == len(targets) and names <= _SAYS_NOTHING
    return False
