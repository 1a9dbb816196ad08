"""The loaders of all nouns: each level of a query is one question to the storage, whatever the number of runs."""

from resolvers.jobs.loaders import StoreJobLoaders
from resolvers.plans.loaders import StorePlanLoaders
from resolvers.results.loaders import StoreResultLoaders
from resolvers.run_data.loaders import StoreRunDataLoaders
from resolvers.runs.loaders import StoreRunLoaders
from resolvers.runs.views.loaders import StoreViewLoaders
from resolvers.runtimes.loaders import StoreRuntimeLoaders


class StoreLoaders(
    StoreRunLoaders,
    StoreResultLoaders,
    StoreRunDataLoaders,
    StorePlanLoaders,
    StoreJobLoaders,
    StoreRuntimeLoaders,
    StoreViewLoaders,
):
    """Loads from a store; see `schema.loaders.Loaders`."""
