declare module 'zipcodes' {
  interface ZipRecord {
    zip: string;
    latitude: number | null;
    longitude: number | null;
    city: string;
    state: string;
    country: 'US' | 'Canada';
  }
  const zipcodes: { codes: Record<string, ZipRecord> };
  export default zipcodes;
}
