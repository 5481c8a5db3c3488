// `tracejit/data`: data sets, batches, shuffling, loaders.
export { DataLoader, type DataLoaderOptions, Dataset, dataset } from './data/dataset.ts';
