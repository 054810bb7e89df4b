declare module "upng-js" {
  interface Image {
    width: number;
    height: number;
  }
  const UPNG: {
    decode(bytes: ArrayBuffer | Uint8Array): Image;
    /** One picture for each frame. */
    toRGBA8(image: Image): ArrayBuffer[];
    /** @param colours  0 for all */
    encode(pictures: ArrayBuffer[], width: number, height: number, colours: number): ArrayBuffer;
  };
  export default UPNG;
}
