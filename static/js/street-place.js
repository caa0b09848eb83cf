// Where: the phone's position, the places near it, whether it lies in the district. Distances in metres.
"use strict";
window.Street = window.Street || {};
Street.ground = (() => {
  const METRES = 111320;
  const NEAR = 300;
  const metres = (one, other) => {
    const east = (one[1] - other[1]) * Math.cos((one[0] * Math.PI) / 180);
    return Math.hypot(one[0] - other[0], east) * METRES;
  };
  const inside = (ring, [latitude, longitude]) => {
    let held = false;
    for (let n = 0; n + 1 < ring.length; n++) {
      const [[x1, y1], [x2, y2]] = [ring[n], ring[n + 1]];
      if (y1 > latitude !== y2 > latitude && longitude < ((x2 - x1) * (latitude - y1)) / (y2 - y1) + x1) held = !held;
    }
    return held;
  };
  const near = (places, position) =>
    places
      .filter((place) => place.at)
      .map((place) => ({ ...place, away: metres(place.at, position) }))
      .filter((place) => place.away <= NEAR)
      .sort((one, other) => one.away - other.away);
  const locate = (fresh) =>
    new Promise((resolve, reject) => {
      if (!navigator.geolocation) return reject(new Error("none"));
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => resolve({ at: [coords.latitude, coords.longitude], accuracy: Math.round(coords.accuracy) }),
        reject,
        { enableHighAccuracy: true, timeout: 15000, maximumAge: fresh ? 0 : 30000 },
      );
    });
  return { metres, inside, near, locate };
})();
