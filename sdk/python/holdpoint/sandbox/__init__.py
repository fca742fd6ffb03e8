"""The sandbox's side of the SDK: between the generated bindings and an author's module.

Imported only where the bindings are, that is, when a component is built.
"""
