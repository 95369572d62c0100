"""What a project calls deprecated: before, and what is found."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from pytest_ssot.source.deprecated.finding import Finding
from pytest_ssot.source.deprecated.survey import Survey, survey_files

CATEGORIES = ("DeprecationWarning", "PendingDeprecationWarning")
#: What the cases take for granted: the place that everything moved to.
NEW = "class New: ...\nclass Other: ...\ndef get(): ...\nasync def fetch(): ...\nLIMIT = 1\n"
WARN = "import warnings\nwarnings.warn({}, DeprecationWarning, stacklevel=2)\n"


def surveyed(files: Mapping[str, str], known: Mapping[str, str | None] | None = None) -> Survey:
    texts = {path: dedent(text).lstrip("\n") for path, text in files.items()}

    def names(path: str) -> tuple[str, ...]:
        return (path.removesuffix(".py").removesuffix("/__init__").replace("/", "."),)

    return survey_files(texts, names, texts.__getitem__, CATEGORIES, known or {})


def told(finding: Finding) -> str:
    words = [finding.strength.word, finding.target]
    words += ["->", finding.use] if finding.use else []
    words += [f"{old}={new}" for old, new in finding.rename]
    words += [f"!{name}" for name in finding.manual]
    return " ".join([*words, *([] if finding.submodules else ["alone"])])


def found(text: str | Mapping[str, str]) -> list[str]:
    """What is found in *text*, the module ``app.old``, or in several files."""
    files = {"app/__init__.py": "", "app/new.py": NEW}
    files |= {"app/old.py": text} if isinstance(text, str) else text
    return [told(one) for one in surveyed(files).findings]


MODULES = {
    "the words name an import": (
        WARN.format("\"app.old is deprecated. Use 'from app.new import get' instead\""),
        ["certain app.old -> app.new"],
    ),
    "the words name a module": (
        WARN.format("'app.old is deprecated, use app.new instead.'"),
        ["certain app.old -> app.new"],
    ),
    "the words come in pieces": (
        WARN.format("'app.old is ' 'deprecated; ' + 'use ' + 'app.' 'new'"),
        ["certain app.old -> app.new"],
    ),
    "an f-string with the module's name": (
        WARN.format("f'{__name__} is deprecated, use app.new'"),
        ["certain app.old -> app.new"],
    ),
    "percent": (
        WARN.format("'%s is deprecated, use %s' % (__name__, 'app.new')"),
        ["certain app.old -> app.new"],
    ),
    "percent with names": (
        WARN.format("'%(a)s is deprecated, use %(b)s' % {'a': __name__, 'b': 'app.new'}"),
        ["certain app.old -> app.new"],
    ),
    "format": (
        WARN.format("'{} is deprecated, use {new}'.format(__name__, new='app.new')"),
        ["certain app.old -> app.new"],
    ),
    "a constant": (
        """
        import warnings
        _WORDS = 'this module moved to app.new'
        warnings.warn(_WORDS, DeprecationWarning)
        """,
        ["certain app.old -> app.new"],
    ),
    "moved, by a relative import": (
        WARN.format("'this module is deprecated: from .new import get'"),
        ["certain app.old -> app.new"],
    ),
    "a name out of a module": (
        WARN.format("'app.old is deprecated: use `get` from `app.new`'"),
        ["certain app.old -> app.new"],
    ),
    "renamed": (WARN.format("'app.old was renamed to app.new'"), ["certain app.old -> app.new"]),
    "a role": (
        WARN.format("'app.old is deprecated, use :mod:`app.new`'"),
        ["certain app.old -> app.new"],
    ),
    "a replacement that does not exist": (
        WARN.format("'app.old is deprecated, use app.newer'"),
        ["certain app.old"],
    ),
    "a name that the module does not have": (
        WARN.format("'app.old is deprecated, use from app.new import missing'"),
        ["certain app.old -> app.new"],
    ),
    "several": (
        WARN.format("'app.old is deprecated. Use get(), make() and app.new.fetch() instead'"),
        ["certain app.old"],
    ),
    "either": (
        WARN.format("'app.old is deprecated: use `app.new.get` or `app.new.fetch` instead'"),
        ["certain app.old"],
    ),
    "of a third party": (
        WARN.format("'app.old is deprecated, use requests.get'"),
        ["certain app.old"],
    ),
    "warn by name": (
        """
        from warnings import warn
        warn('app.old is deprecated', DeprecationWarning)
        """,
        ["certain app.old"],
    ),
    "warn by another name": (
        """
        from warnings import warn as w
        w('app.old is deprecated', category=DeprecationWarning)
        """,
        ["certain app.old"],
    ),
    "warnings by another name": (
        """
        import warnings as w
        w.warn('app.old is deprecated', PendingDeprecationWarning)
        """,
        ["certain app.old"],
    ),
    "an instance": (
        """
        import warnings
        warnings.warn(DeprecationWarning('app.old is deprecated'))
        """,
        ["certain app.old"],
    ),
    "the project's own category": (
        {
            "app/errors.py": """
        class Gone(DeprecationWarning): ...
        class Later(Gone): ...
        """,
            "app/old.py": """
        import warnings
        from app.errors import Later
        warnings.warn('app.old is deprecated', Later)
        """,
        },
        ["certain app.old"],
    ),
    "a category by its name alone": (
        """
        import warnings
        from lib import LibDeprecationWarning
        warnings.warn('app.old is deprecated', LibDeprecationWarning)
        """,
        ["certain app.old"],
    ),
    "under a condition": (
        """
        import os, warnings
        if not os.environ.get('QUIET'):
            warnings.warn('app.old is deprecated', DeprecationWarning)
        """,
        ["likely app.old"],
    ),
    "in try": (
        """
        import warnings
        try:
            warnings.warn('app.old is deprecated', DeprecationWarning)
        except Exception:
            pass
        """,
        ["certain app.old"],
    ),
    "in with": (
        """
        import warnings
        with warnings.catch_warnings():
            warnings.warn('app.old is deprecated', DeprecationWarning)
        """,
        ["certain app.old"],
    ),
    "by a function of its own": (
        """
        def _emit():
            import warnings
            warnings.warn('app.old is deprecated', DeprecationWarning, stacklevel=3)
        _emit()
        """,
        ["certain app.old"],
    ),
    "a constant that is put together": (
        """
        import warnings
        _NEW = 'app.' + 'new'
        _WORDS = f'{__name__} is deprecated, use {_NEW}'
        warnings.warn(_WORDS, DeprecationWarning)
        """,
        ["certain app.old -> app.new"],
    ),
    "a log": (
        """
        import logging
        logger = logging.getLogger()
        logger.warning('This module is deprecated, use app.new')
        """,
        ["likely app.old -> app.new"],
    ),
    "another category, but the words say it": (
        """
        import warnings
        warnings.warn('app.old is deprecated', FutureWarning)
        """,
        ["likely app.old"],
    ),
    "a helper": (
        """
        from app.tools import warn_deprecated
        warn_deprecated('app.old is deprecated')
        """,
        ["likely app.old"],
    ),
    "words that are not known, but who is to blame": (
        """
        import warnings
        from app.words import W
        warnings.warn(W, DeprecationWarning, 2)
        """,
        ["likely app.old"],
    ),
    "docstring": (
        '"""Deprecated: use app.new."""\nX = 1\n',
        ["likely app.old -> app.new !X"],
    ),
    "docstring with a directive": (
        '"""Managers.\n\n.. deprecated:: 1.2\n   Use :mod:`app.new` instead.\n"""\n',
        ["likely app.old -> app.new"],
    ),
    "docstring, moved": (
        '"""This module has moved to app.new."""\n',
        ["likely app.old -> app.new"],
    ),
    "comment at the top": (
        """
        # DEPRECATED: use app.new instead
        import os

        X = os.sep
        """,
        ["likely app.old -> app.new !X"],
    ),
    "another module in its place": (
        """
        import sys
        from app import new
        sys.modules[__name__] = new
        """,
        ["possible app.old -> app.new"],
    ),
    "it only passes on, and says why": (
        """
        # Deprecated module, for old imports.

        from app.new import New, get as create
        """,
        ["likely app.old -> app.new create=get"],
    ),
    "a star": ('"""Deprecated."""\nfrom app.new import *\n', ["likely app.old -> app.new"]),
    "a star that warns": (
        "from app.new import *\n" + WARN.format("'app.old is deprecated'"),
        ["certain app.old -> app.new"],
    ),
    "it only passes on": (
        """
        from app.new import New
        __all__ = ['New']
        """,
        ["possible app.old -> app.new"],
    ),
    "functions that hand on": (
        "from app.new import get\n" + WARN.format("'app.old is deprecated'") + "\n"
        "def create(): return get()\nasync def later(): return get()\nclass Kept:\n    x = 1\n",
        ["certain app.old"],
    ),
    "functions that hand on to what the words name": (
        "from app.new import get\n" + WARN.format("'app.old is deprecated, use app.new'") + "\n"
        "def create(): return get()\nasync def later(): return get()\nclass Kept:\n    x = 1\n",
        ["certain app.old -> app.new create=get !later !Kept"],
    ),
    "the words name what stands for the only function": (
        WARN.format("'Use \"from app.new import get\" instead'") + "def create(): return 1\n",
        ["certain app.old -> app.new create=get"],
    ),
    "no plain function for an async one": (
        WARN.format("'Use \"from app.new import get\" instead'") + "async def create(): return 1\n",
        ["certain app.old -> app.new !create"],
    ),
    "no async function for a plain one": (
        WARN.format("'Use \"from app.new import fetch\" instead'") + "def create(): return 1\n",
        ["certain app.old -> app.new !create"],
    ),
    "deprecated names all went to one module": (
        """
        import warnings
        warnings.warn('app.old is deprecated', DeprecationWarning)
        def make():
            warnings.warn('use app.new.get', DeprecationWarning)
        """,
        ["certain app.old -> app.new make=get"],
    ),
    "a name that went elsewhere": (
        {
            "app/other.py": """
        def make(): ...
        """,
            "app/old.py": WARN.format("'app.old is deprecated, use app.new'")
            + "def make():\n    warnings.warn('use app.other.make', DeprecationWarning)\n",
        },
        ["certain app.old -> app.new !make", "certain app.old:make -> app.other:make"],
    ),
    "a package, and its own module": (
        {
            "app/ws/__init__.py": WARN.format("'app.ws is deprecated, use app.ws.manager'")
            + "from app.ws.manager import M\n",
            "app/ws/manager.py": """
        class M: ...
        """,
        },
        ["certain app.ws -> app.ws.manager alone"],
    ),
    "a package whose submodules are meant": (
        {
            "app/ws/__init__.py": WARN.format(
                "'import from the specific module, not this package'"
            ),
            "app/ws/manager.py": """
        class M: ...
        """,
        },
        ["certain app.ws alone"],
    ),
    "a package that moved": (
        {
            "app/ws/__init__.py": WARN.format("'app.ws is deprecated, use app.new'"),
            "app/ws/manager.py": """
        class M: ...
        """,
        },
        ["certain app.ws -> app.new"],
    ),
    "what replaces it is deprecated too": (
        {
            "app/older.py": WARN.format("'app.older is deprecated, use app.old'"),
            "app/old.py": WARN.format("'app.old is deprecated, use app.new'"),
        },
        ["certain app.old -> app.new", "certain app.older -> app.new"],
    ),
    "two that name each other": (
        {
            "app/a.py": WARN.format("'app.a is deprecated, use app.b'"),
            "app/b.py": WARN.format("'app.b is deprecated, use app.a'"),
        },
        ["certain app.a", "certain app.b"],
    ),
    "advice that leads into a deprecated package": (
        {
            "app/x.py": WARN.format("'app.x is deprecated, use app.legacy.x'"),
            "app/legacy/__init__.py": WARN.format("'app.legacy is deprecated'"),
            "app/legacy/x.py": "",
        },
        ["certain app.legacy", "certain app.x"],
    ),
}

THINGS = {
    "a plain word in the middle of others": (
        """
        import warnings
        from app.new import New
        class Old:
            def __init__(self):
                warnings.warn('Old is deprecated. Use New directly.', DeprecationWarning)
        """,
        ["certain app.old:Old -> app.new:New"],
    ),
    "a function": (
        """
        import warnings
        def old():
            '''Doc.'''
            warnings.warn('old() is deprecated, use get() instead', DeprecationWarning)
        def get(): ...
        """,
        ["certain app.old:old -> app.old:get"],
    ),
    "an async function": (
        """
        import warnings
        async def old():
            warnings.warn('use fetch', DeprecationWarning)
        async def fetch_all(): ...
        """,
        ["certain app.old:old"],
    ),
    "imported in the body": (
        """
        def old():
            import warnings
            from app.new import get
            warnings.warn('old is deprecated', DeprecationWarning)
            return get()
        """,
        ["certain app.old:old -> app.new:get"],
    ),
    "the words win over the call": (
        """
        import warnings
        from app.new import get, New
        def old():
            warnings.warn('old is deprecated, use app.new.fetch', DeprecationWarning)
            return get()
        """,
        ["certain app.old:old -> app.new:fetch"],
    ),
    "words that cannot be followed are not replaced by a guess": (
        """
        import warnings
        from app.new import get
        def old():
            warnings.warn('use isinstance(x, int) instead', DeprecationWarning)
            return get()
        """,
        ["certain app.old:old"],
    ),
    "a call with what came in": (
        """
        import warnings
        from app.new import get
        def old(a, *rest, b, **more):
            warnings.warn('old is deprecated', DeprecationWarning)
            return get(a, *rest, b=b, **more)
        """,
        ["certain app.old:old -> app.new:get"],
    ),
    "a call with something of its own is no replacement": (
        """
        import warnings
        from app.new import get
        def old(a):
            warnings.warn('old is deprecated', DeprecationWarning)
            return get(a, strict=True)
        """,
        ["certain app.old:old"],
    ),
    "a call that leaves something out is no replacement": (
        """
        import warnings
        from app.new import get
        def old(a, b):
            warnings.warn('old is deprecated', DeprecationWarning)
            return get(a)
        """,
        ["certain app.old:old"],
    ),
    "the helper that warns is no replacement": (
        """
        from app.tools import warn_deprecated
        def old():
            warn_deprecated()
        def older():
            '''Deprecated.'''
            warn_deprecated()
        """,
        ["likely app.old:older"],
    ),
    "by the namespace of the module": (
        """
        import warnings
        from app.new import get as obtain
        def old():
            warnings.warn('use obtain() instead', DeprecationWarning)
        """,
        ["certain app.old:old -> app.new:get"],
    ),
    "by the only definition in the project": (
        """
        import warnings
        def old():
            warnings.warn('use NewThing instead', DeprecationWarning)
        """,
        ["certain app.old:old"],
    ),
    "through a re-export, to the definition": (
        {
            "app/api.py": """
        from app.new import get
        def more(): ...
        """,
            "app/old.py": """
        import warnings
        from app.api import get
        def old():
            warnings.warn('use get() instead', DeprecationWarning)
        """,
        },
        ["certain app.old:old -> app.new:get"],
    ),
    "not into a private module": (
        {
            "app/_impl.py": """
        def get(): ...
        """,
            "app/api.py": """
        from app._impl import get
        def more(): ...
        """,
            "app/old.py": """
        import warnings
        from app.api import get
        def old():
            warnings.warn('use get() instead', DeprecationWarning)
        """,
        },
        ["certain app.old:old -> app.api:get"],
    ),
    "moved under the same name": (
        """
        import warnings
        def get():
            warnings.warn('get moved to app.new', DeprecationWarning)
        """,
        ["certain app.old:get -> app.new:get"],
    ),
    "moved to where it is not": (
        """
        import warnings
        def old():
            warnings.warn('old moved to app.new', DeprecationWarning)
        """,
        ["certain app.old:old"],
    ),
    "a class": (
        """
        import warnings
        from app.new import New
        class Old(New):
            def __init__(self):
                warnings.warn('Old is deprecated', DeprecationWarning)
                super().__init__()
        """,
        ["certain app.old:Old -> app.new:New"],
    ),
    "a class by its own name": (
        """
        import warnings
        class Old:
            def __new__(cls):
                warnings.warn(f'{cls.__name__} is deprecated', DeprecationWarning)
        """,
        ["certain app.old:Old"],
    ),
    "a class with more of its own is no mere subclass": (
        """
        import warnings
        from app.new import New
        class Old(New):
            def __init__(self):
                warnings.warn('Old is deprecated', DeprecationWarning)
            def more(self): ...
        """,
        ["certain app.old:Old"],
    ),
    "PEP 702": (
        """
        from warnings import deprecated
        from app.new import get
        @deprecated('use get() instead')
        def old(): ...
        """,
        ["certain app.old:old -> app.new:get"],
    ),
    "PEP 702 of typing_extensions, by another name": (
        """
        import typing_extensions as t
        @t.deprecated('Use app.new.New')
        class Old: ...
        """,
        ["certain app.old:Old -> app.new:New"],
    ),
    "the deprecated package": (
        """
        from deprecated import deprecated
        @deprecated(version='1.2', reason='use app.new.get')
        def old(): ...
        """,
        ["certain app.old:old -> app.new:get"],
    ),
    "the deprecated package for sphinx": (
        """
        from deprecated.sphinx import deprecated
        @deprecated('use app.new.get', '1')
        def old(): ...
        """,
        ["certain app.old:old -> app.new:get"],
    ),
    "a decorator of the project": (
        """
        from app.tools import deprecated
        @deprecated('1.0', 'use app.new.get')
        def old(): ...
        """,
        ["likely app.old:old -> app.new:get"],
    ),
    "a decorator of the project, bare": (
        """
        from app.tools import deprecate
        @deprecate
        def old(): ...
        """,
        ["likely app.old:old"],
    ),
    "docstring": (
        """
        from app.new import get
        def old():
            '''Deprecated: use get().'''
        """,
        ["likely app.old:old -> app.new:get"],
    ),
    "docstring with a directive": (
        """
        def old(x):
            '''Get.

            .. deprecated:: 2.0

                Use `app.new.get`.

            Parameters
            ----------
            x : int
            '''
        """,
        ["likely app.old:old -> app.new:get"],
    ),
    "comment above": (
        """
        from app.new import New

        # DEPRECATED: use New
        class Old: ...
        """,
        ["likely app.old:Old -> app.new:New"],
    ),
    "comment above the decorators": (
        """
        import functools

        # Deprecated, use app.new.get
        @functools.cache
        def old(): ...
        """,
        ["likely app.old:old -> app.new:get"],
    ),
    "comment beside": (
        """
        def old():  # deprecated: use app.new.get
            return '# no'
        """,
        ["likely app.old:old -> app.new:get"],
    ),
    "words about something else in each call": (
        """
        import warnings
        def load():
            warnings.warn('JSON is deprecated', DeprecationWarning)
        """,
        ["likely app.old:load"],
    ),
    "several signs are one finding": (
        """
        import warnings
        # deprecated: use app.new.get
        def old():
            '''Deprecated.'''
            warnings.warn('old is deprecated', DeprecationWarning)
        """,
        ["certain app.old:old -> app.new:get"],
    ),
}

SHIMS = {
    "one name": (
        """
        import warnings
        from app.new import New
        def __getattr__(name):
            if name == 'Old':
                warnings.warn('Old is deprecated', DeprecationWarning)
                return New
            raise AttributeError(name)
        """,
        ["certain app.old:Old -> app.new:New"],
    ),
    "a table of names": (
        """
        import warnings
        from app import new
        _OLD = {'Old': 'New', 'make': 'get'}
        def __getattr__(name):
            if name in _OLD:
                warnings.warn(f'{name} is deprecated, use {_OLD[name]}', DeprecationWarning)
                return getattr(new, _OLD[name])
            raise AttributeError(name)
        """,
        ["certain app.old:Old", "certain app.old:make"],
    ),
    "a table of places": (
        """
        import importlib, warnings
        _OLD = {'Old': 'app.new.New', 'make': ('app.new', 'get')}
        def __getattr__(name):
            if name not in _OLD:
                raise AttributeError(name)
            warnings.warn(f'{name} is deprecated', DeprecationWarning, stacklevel=2)
            return load(_OLD[name])
        """,
        ["certain app.old:Old -> app.new:New", "certain app.old:make -> app.new:get"],
    ),
    "a table of modules": (
        """
        import importlib, warnings
        _OLD = {'New': 'app.new', 'get': '.new'}
        def __getattr__(name):
            if name in _OLD:
                warnings.warn(f'{name} is deprecated', DeprecationWarning, stacklevel=2)
                return getattr(importlib.import_module(_OLD[name], 'app'), name)
        """,
        ["certain app.old:New -> app.new:New", "certain app.old:get -> app.new:get"],
    ),
    "a list of names in a module": (
        """
        import importlib, warnings
        _OLD = ['New', 'get']
        def __getattr__(name):
            if name in _OLD:
                warnings.warn(f'{name} is deprecated', DeprecationWarning, stacklevel=2)
                return getattr(importlib.import_module('app.new'), name)
        """,
        ["certain app.old:New -> app.new:New", "certain app.old:get -> app.new:get"],
    ),
    "import_module and its attribute": (
        """
        import warnings
        from importlib import import_module
        def __getattr__(name):
            if name == 'Old':
                warnings.warn('Old is deprecated', DeprecationWarning)
                return import_module('.new', __package__).New
            raise AttributeError
        """,
        ["certain app.old:Old -> app.new:New"],
    ),
    "imported in the branch": (
        """
        import warnings
        def __getattr__(name):
            if name == 'Old':
                from app.new import New as _New
                warnings.warn('Old is deprecated', DeprecationWarning)
                return _New
            raise AttributeError
        """,
        ["certain app.old:Old -> app.new:New"],
    ),
    "match": (
        """
        import warnings
        from app.new import New
        def __getattr__(name):
            match name:
                case 'Old' | 'Older':
                    warnings.warn(f'{name} is deprecated', DeprecationWarning)
                    return New
        """,
        ["certain app.old:Old -> app.new:New", "certain app.old:Older -> app.new:New"],
    ),
    "a table of words, looked up in try": (
        """
        import warnings
        _W = {'Old': 'Old is deprecated, use app.new.New'}
        def __getattr__(name):
            try:
                words = _W[name]
            except KeyError:
                raise AttributeError from None
            warnings.warn(words, DeprecationWarning)
            return globals()['_' + name]
        """,
        ["certain app.old:Old -> app.new:New"],
    ),
    "words that cannot be followed are not replaced by where it lies": (
        """
        import warnings
        def __getattr__(name):
            if name == 'New':
                warnings.warn('New is deprecated, use plain dicts instead', DeprecationWarning)
                from app.new import New
                return New
        """,
        ["certain app.old:New"],
    ),
    "any name, of another module": (
        """
        import warnings
        from app import new
        def __getattr__(name):
            warnings.warn('app.old is deprecated', DeprecationWarning, stacklevel=2)
            return getattr(new, name)
        """,
        ["certain app.old -> app.new"],
    ),
}

ALIASES = {
    "a comment beside": (
        """
        from app.new import New
        Old = New  # deprecated alias
        """,
        ["likely app.old:Old -> app.new:New"],
    ),
    "a comment above a run of them": (
        """
        from app import new

        # Backwards compatibility
        Old = new.New
        make = new.get
        """,
        ["likely app.old:Old -> app.new:New", "likely app.old:make -> app.new:get"],
    ),
    "with an annotation": (
        """
        from app.new import New
        Old: type[New] = New  # deprecated
        """,
        ["likely app.old:Old -> app.new:New"],
    ),
    "two at once": (
        """
        from app.new import New
        Old = Older = New  # deprecated
        """,
        ["likely app.old:Old -> app.new:New", "likely app.old:Older -> app.new:New"],
    ),
    "the name says it": (
        """
        class Manager: ...
        LegacyManager = Manager
        """,
        ["likely app.old:LegacyManager -> app.old:Manager"],
    ),
    "nothing says it": (
        """
        class Manager: ...
        UnifiedManager = Manager
        """,
        ["possible app.old:UnifiedManager -> app.old:Manager"],
    ),
    "one after the other": (
        """
        class A: ...
        B = A  # old name
        C = B  # old name
        """,
        ["likely app.old:B -> app.old:A", "likely app.old:C -> app.old:A"],
    ),
    "an import that is kept for others": (
        """
        from app.new import New as Old  # backwards compat
        def f(): ...
        """,
        ["likely app.old:Old -> app.new:New"],
    ),
    "what a package offers": (
        {
            "app/__init__.py": """
        from app.new import New  # kept for compatibility
        X = 1
        """
        },
        ["possible app:New -> app.new:New"],
    ),
}

NONE = {
    "an argument": """
    import warnings
    def f(old=None):
        if old is not None:
            warnings.warn('old is deprecated', DeprecationWarning)
    """,
    "an argument, in the words": """
    import warnings
    def f(*, old=None):
        warnings.warn('the old argument of f is deprecated', DeprecationWarning)
    """,
    "after an early return": """
    import warnings
    def f(x):
        if x:
            return 1
        warnings.warn('x=0 is deprecated', DeprecationWarning)
    """,
    "a helper": """
    import warnings
    def announce(name):
        warnings.warn(f'{name} is deprecated', DeprecationWarning)
    """,
    "a helper by its name": """
    import warnings
    def warn_deprecated(name, words='gone'):
        warnings.warn('deprecated', DeprecationWarning)
    """,
    "a decorator": """
    import warnings
    def mark(f):
        def inner():
            warnings.warn('f is deprecated', DeprecationWarning)
        return inner
    """,
    "a method": """
    import warnings
    class A:
        def old(self):
            warnings.warn('old is deprecated', DeprecationWarning)
    """,
    "a decorated method": """
    from warnings import deprecated
    class A:
        @deprecated('use b')
        def old(self): ...
    """,
    "an overload": """
    from typing import overload
    from warnings import deprecated
    @overload
    @deprecated('no ints')
    def f(x: int): ...
    @overload
    def f(x: str): ...
    def f(x): ...
    """,
    "another warning": """
    import warnings
    warnings.warn('slow', RuntimeWarning)
    """,
    "the Python version": """
    import sys, warnings
    if sys.version_info < (3, 8):
        warnings.warn('Python 3.7 is deprecated', DeprecationWarning)
    """,
    "the Python version, in the words": """
    import warnings
    warnings.warn('Support for Python 3.7 is deprecated', DeprecationWarning)
    """,
    "a setting": """
    import os, warnings
    if 'OLD' in os.environ:
        warnings.warn('The OLD setting is deprecated', DeprecationWarning)
    """,
    "as a script": """
    import warnings
    if __name__ == '__main__':
        warnings.warn('app.old is deprecated', DeprecationWarning)
    """,
    "in a function of the module": """
    import warnings
    def _f():
        def g():
            warnings.warn('app.old is deprecated', DeprecationWarning)
    """,
    "a string": """
    TEXT = '''
    @deprecated('x')
    def old(): ...
    # DEPRECATED: use x
    '''
    """,
    "a filter": """
    import warnings
    warnings.simplefilter('ignore', DeprecationWarning)
    """,
    "a test's expectation": """
    import warnings
    def f():
        with warnings.catch_warnings(record=True):
            pass
    """,
    "a lazy module": """
    import importlib
    _LAZY = {'A': 'app.new', 'B': 'app.new'}
    def __getattr__(name):
        if name in _LAZY:
            return getattr(importlib.import_module(_LAZY[name]), name)
        raise AttributeError(name)
    """,
    "a parameter's directive": """
    def f(x, y):
        '''Get.

        Parameters
        ----------
        x : int
            .. deprecated:: 1.0
                Use y.
        '''
    """,
    "a decorator for arguments": """
    from app.tools import deprecate_kwarg
    @deprecate_kwarg('old', 'new')
    def f(new): ...
    """,
    "a decorator that mentions it": """
    from app.tools import copy_deprecators
    @copy_deprecators('x')
    def f(new): ...
    """,
    "docstring about deprecating": """
    def f():
        '''Mark a function as deprecated.'''
    """,
    "docstring of a list": """
    def f():
        '''Deprecated names and where they went.'''
    """,
    "another docstring": '"""Tools for what other modules deprecated long ago."""\nX = 1\n',
    "a comment in the code": """
    X = 1
    # the deprecated ones are skipped
    Y = 2
    """,
    "a constant": """
    from app.new import LIMIT
    MAX = LIMIT  # old name
    """,
    "a choice": """
    try:
        from fast import New
    except ImportError:
        from app.new import New  # backwards compat
    """,
    "a third party's name": """
    from six import text_type  # backwards compat
    def f(): ...
    """,
    "an import that is used": """
    from app.new import get  # backwards compat
    def f(): return get()
    """,
    "syntax of another Python": """
    print 'deprecated'
    """,
}


def rows(table: Mapping[str, object]) -> list[object]:
    values = (one if isinstance(one, tuple) else (one, []) for one in table.values())
    return [pytest.param(*value, id=name) for name, value in zip(table, values, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"), [*rows(MODULES), *rows(THINGS), *rows(SHIMS), *rows(ALIASES)]
)
def test_what_is_deprecated_is_found(text: str | Mapping[str, str], expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(("text", "expected"), rows(NONE))
def test_what_only_looks_like_it_is_not(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "path",
    [
        "tests/old.py",
        "app/tests/helpers.py",
        "app/test_old.py",
        "app/old_test.py",
        "app/conftest.py",
        "app/_vendor/lib.py",
        "third_party/lib.py",
        "setup.py",
        "app/stub.pyi",
    ],
)
def test_tests_and_vendored_code_define_nothing(path: str) -> None:
    assert found({path: WARN.format("'this module is deprecated'")}) == []


def test_evidence_is_the_line_and_the_words() -> None:
    (one,) = surveyed(
        {
            "app/old.py": "# deprecated: use more()\ndef old():\n    import warnings\n"
            "    warnings.warn(\n        f'old() is {x}',\n        DeprecationWarning,\n    )\n"
        }
    ).findings
    assert [str(sign) for sign in one.signs] == [
        'app/old.py:4 warns: "old() is …"',
        'app/old.py:1 says: "deprecated: use more()"',
    ]


def test_no_replacement_is_what_has_a_rule_of_its_own() -> None:
    files = {
        "app/old.py": WARN.format("'app.old is deprecated, use app.mid'"),
        "app/mid.py": "",
        "app/new.py": "",
    }
    (one,) = surveyed(files, {"app.mid": "app.new"}).findings
    assert told(one) == "certain app.old -> app.new"
    (one,) = surveyed(files, {"app.mid": None}).findings
    assert told(one) == "certain app.old"


CLASS = "class {}:\n    def send(self): ...\n    def close(self): ...\n"


def test_one_class_in_several_modules() -> None:
    (one,) = surveyed(
        {
            "app/a/__init__.py": "from app.a.manager import Manager\n",
            "app/a/manager.py": CLASS.format("Manager"),
            "app/b.py": "X = 1\n" + CLASS.format("Manager"),
            "tests/fakes.py": CLASS.format("Manager"),
        }
    ).doubles
    assert one.symbols == ("app.a.manager:Manager", "app.b:Manager")
    assert one.places == ("app/a/manager.py:1", "app/b.py:2")
    assert one.reexports == (("app.a",), ())


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": CLASS.format("Manager"), "b.py": "class Manager:\n    def other(self): ...\n"},
        {
            "a.py": CLASS.format("Job") + "    def run(self): ...\n",
            "b.py": "class Job:\n    def run(self): ...\n    def load(self): ...\n",
        },
        {
            "a.py": CLASS.format("Manager"),
            "b.py": "import a\nclass Manager(a.Manager):\n    def send(self): ...\n",
        },
        {"a.py": CLASS.format("_M"), "b.py": CLASS.format("_M")},
        {f"m{n}.py": CLASS.format("Migration") for n in range(9)},
        {"a.py": CLASS.format("M"), "b.py": f"T = '''\n{CLASS.format('M')}'''\n"},
    ],
    ids=["unlike", "chance", "on top of it", "private", "a convention", "in a string"],
)
def test_classes_of_one_name_that_are_no_copies(files: dict[str, str]) -> None:
    assert surveyed(files).doubles == ()
