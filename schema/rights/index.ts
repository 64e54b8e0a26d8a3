export {
  type RightsCell,
  type RightsColumn,
  type RightsRow,
  type RightsTable,
  readRightsTable,
} from './rightsTable.ts';
